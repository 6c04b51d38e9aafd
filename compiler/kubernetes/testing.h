#pragma once
#include <string>
#include <vector>

#include "components/shared/kubernetes/right.h"
#include "river/config/program.h"

/// For the tests of this folder: a component that needs the rights in its arguments.
namespace compiler::kubernetes {

struct Asking {
  std::vector<std::string> namespaces;
  bool own = false;
  bool nodes = false;
};

inline std::vector<river::schema::HostNeed> asking_needs(const Asking& asking) {
  using components::kubernetes::needed;
  using components::kubernetes::watching;
  std::vector<river::schema::HostNeed> all;
  all.push_back(needed(watching("", "pods", asking.namespaces, asking.own)));
  if (asking.nodes) all.push_back(needed(watching("", "nodes")));
  all.push_back({river::schema::HostNeed::Kind::file_watches, {}, {}});
  return all;
}

inline constexpr river::schema::Field kAskingFields[] = {
    river::schema::attr<&Asking::namespaces>("namespaces", river::schema::Need::optional, "Where."),
    river::schema::attr<&Asking::own>("own", river::schema::Need::optional, "Its own, too."),
    river::schema::attr<&Asking::nodes>("nodes", river::schema::Need::optional, "Nodes, too."),
};

/// test.asking alone.
inline river::config::Catalog asking_catalog() {
  static const river::schema::Signature kAsking{
      .name = "test.asking",
      .doc = "Asks for rights.",
      .arguments = river::schema::schema_of(kAskingFields),
      .make_arguments = river::schema::make_arguments<Asking>,
      .needs = river::schema::hook<Asking, asking_needs>,
  };
  static const river::schema::Signature* const all[] = {&kAsking};
  return river::config::Catalog(all);
}

}  // namespace compiler::kubernetes
