#pragma once
#include <string>
#include <utility>
#include <vector>

#include "river/schema/signature.h"

/// What the agent's account must be allowed in a Kubernetes cluster. Components say it of their
/// arguments by Signature::needs, so that roles hold what a configuration needs and nothing else:
/// `cfgc kubernetes rbac` makes them. discovery.kubernetes of the role "pod" with
/// namespaces {names = ["web"]} needs
///
///     watching("", "pods", {"web"}, false)
///
/// and with attach_metadata {node = true} also watching("", "nodes").
namespace components::kubernetes {

/// Verbs on one resource, as in a rule of a Role.
struct Right {
  std::string group;     ///< API group, such as "discovery.k8s.io"; empty: the core
  std::string resource;  ///< "pods", "pods/log"
  std::vector<std::string> verbs;
  /// Where. None, and not own_namespace either: in all of them, or the resource is in none (nodes).
  std::vector<std::string> namespaces;
  bool own_namespace = false;  ///< also in that of the agent's pod
  std::string object;          ///< only the object of this name; empty: all
};

/// What a list that is watched needs; `get` is for single objects and not among it.
inline Right watching(std::string group, std::string resource,
                      std::vector<std::string> namespaces = {}, bool own_namespace = false) {
  return {std::move(group),      std::move(resource), {"list", "watch"},
          std::move(namespaces), own_namespace,       {}};
}

/// One need, as Signature::needs returns them.
inline river::schema::HostNeed needed(Right right) {
  river::schema::HostNeed need{river::schema::HostNeed::Kind::cluster_right, {}, {}};
  need.client = std::move(right);
  return need;
}

}  // namespace components::kubernetes
