#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/kubernetes/rbac.h"
#include "compiler/yaml/yaml.h"

/// Manifests of Kubernetes as far as an agent is concerned: pods that run one, its configuration,
/// what its service account may do. Everything views the documents that it was read from.
namespace compiler::kubernetes {

/// The value below these keys; nullptr when one is missing.
const yaml::Node* at(const yaml::Node* node, std::initializer_list<std::string_view> keys);
/// Its text; empty when it is missing or no text.
std::string_view text_at(const yaml::Node* node, std::initializer_list<std::string_view> keys);
/// The items of a list; none for all else.
std::span<const yaml::Node* const> items_of(const yaml::Node* node);

/// An agent in a pod: the first container that runs one.
struct Agent {
  const yaml::Node* object = nullptr;  ///< the DaemonSet, Deployment, StatefulSet or Pod
  const yaml::Node* pod = nullptr;     ///< its pod's spec
  const yaml::Node* container = nullptr;
  std::string name;           ///< "DaemonSet monitoring/tributary"
  std::string own_namespace;  ///< "default" where none is said
  std::string account;        ///< the service account's name
  std::string config_path;    ///< in the container
  std::string storage_path;   ///< empty: not said
};

class Manifests {
 public:
  /// Reads all documents of a text; lists are taken apart. Reports what is no YAML.
  void read(std::string name, std::string text, river::diag::SourceMap& sources,
            river::diag::Diagnostics& diagnostics);

  /// Objects in their order.
  const std::vector<const yaml::Node*>& objects() const { return objects_; }
  std::vector<Agent> agents() const;
  /// The volume that a path of the container is on, by the longest mount above it, as an item of
  /// the pod's volumes; nullptr: it is in the container itself, or the volume is not there.
  const yaml::Node* volume_of(const Agent& agent, std::string_view path) const;
  /// The configuration, out of a ConfigMap that is among the objects; nullptr: it is not known.
  const yaml::Node* config_of(const Agent& agent) const;
  /// Whether there are any roles, so that one that is missing can be said to be.
  bool has_roles() const;
  /// Whether the agent's account may use a verb in a namespace (empty: in all).
  bool is_granted(const Agent& agent, const components::kubernetes::Right& right,
                  std::string_view verb, std::string_view where) const;

 private:
  const yaml::Node* find(std::string_view kind, std::string_view name,
                         std::string_view where) const;

  std::vector<std::unique_ptr<yaml::Document>> documents_;
  std::vector<const yaml::Node*> objects_;
};

/// `cfgc kubernetes check`.
struct ManifestOptions {
  std::vector<std::filesystem::path> files;  ///< "-" is standard input
  emit::CheckOptions check;
};
/// Reports what manifests get wrong of the agents in them, and what is wrong in their
/// configurations. `input` reads standard input. Exit codes as those of validate.
emit::CommandResult check_manifests(const ManifestOptions& options,
                                    const std::function<std::string()>& input);

/// The same on what was read: check.cc.
void check_agents(const Manifests& manifests, const emit::CheckOptions& check, emit::Run& run);

}  // namespace compiler::kubernetes
