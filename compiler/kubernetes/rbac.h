#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/emit/run.h"
#include "components/shared/kubernetes/right.h"

/// `cfgc kubernetes`: what a configuration needs of a cluster.
namespace compiler::kubernetes {

/// `cfgc kubernetes rbac`.
struct RbacOptions {
  std::filesystem::path config;           ///< a River file or a folder of them
  std::string name = "tributary";         ///< of the roles, and of the service account
  std::string own_namespace = "default";  ///< that the agent runs in
  bool as_values = false;                 ///< values of charts/tributary; else objects for kubectl
  emit::CheckOptions check;
};

/// Prints the roles and bindings that the components of a configuration need, no more. What is only
/// known on the machine (sys.env) counts as not given. Exit code: 0 printed, 1 the configuration
/// has errors, which are shown, 2 it cannot be read.
emit::CommandResult run_rbac(const RbacOptions& options);

// Rules, made of what components need: rules.cc.

/// A right with the component that needs it.
struct NeededRight {
  std::string component;  ///< its id
  components::kubernetes::Right right;
};

/// One rule of a Role or ClusterRole: all verbs on all resources.
struct Rule {
  std::string group;
  std::vector<std::string> resources;  ///< sorted
  std::set<std::string> verbs;
  std::string object;               ///< the only one; empty: all
  std::set<std::string> needed_by;  ///< ids of components
};

struct Roles {
  std::vector<Rule> cluster;  ///< everywhere, and what is in no namespace
  std::map<std::string, std::vector<Rule>> namespaces;
  /// The rules of all namespaces as if they were one.
  std::vector<Rule> anywhere;
};

/// The rights that the components of a configuration without errors need.
std::vector<NeededRight> rights_of(const river::config::Program& program);

/// The least rules that grant these rights: each resource once, what is granted everywhere in no
/// namespace again. `own` is the namespace that the agent runs in. Same input, same order.
Roles roles_of(const std::vector<NeededRight>& rights, const std::string& own);

/// The output of run_rbac, in YAML.
std::string as_objects(const Roles& roles, const RbacOptions& options);
std::string as_values(const Roles& roles);

}  // namespace compiler::kubernetes
