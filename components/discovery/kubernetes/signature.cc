#include "components/discovery/kubernetes/signature.h"

#include <algorithm>
#include <set>

#include "components/shared/kubernetes/right.h"

namespace components::discovery::kubernetes {

using namespace river::schema;

namespace {

namespace api = components::kubernetes;

/// Objects of which roles a role reads.
std::vector<Role> roles_of(Role role) {
  switch (role) {
    case Role::pod:
      return {Role::pod, Role::node};
    case Role::endpoints:
      return {Role::endpoints, Role::service, Role::pod};
    case Role::endpointslice:
      return {Role::endpointslice, Role::service, Role::pod};
    default:
      return {role};
  }
}

void validate(const Arguments& arguments, Scope& scope) {
  if (arguments.namespaces.own_namespace &&
      (scope.given("api_server") || scope.given("kubeconfig_file")))
    scope.error("namespaces", "C083",
                "own_namespace is that of the pod which the agent runs in, so neither api_server "
                "nor kubeconfig_file can be set");
  if (!scope.known({"role", "selectors"})) return;
  const auto allowed = roles_of(arguments.role);
  std::set<Role> seen;
  for (const Selector& selector : arguments.selectors) {
    if (std::find(allowed.begin(), allowed.end(), selector.role) == allowed.end())
      scope.error("selectors", "C120", "role \"{}\" reads no objects of role \"{}\"",
                  name_of(arguments.role), name_of(selector.role));
    if (!seen.insert(selector.role).second)
      scope.error("selectors", "C120", "two selectors for role \"{}\"", name_of(selector.role));
  }
}

void validate_selector(const Selector& selector, Scope& scope) {
  if (scope.known("label") && !api::is_label_selector(selector.label))
    scope.error("label", "C120", "\"{}\" is not a label selector such as \"app=web,tier!=test\"",
                selector.label);
  if (scope.known("field") && !api::is_field_selector(selector.field))
    scope.error("field", "C120", "\"{}\" is not a field selector such as \"spec.nodeName=node1\"",
                selector.field);
}

constexpr Field kNamespacesFields[] = {
    attr<&Namespaces::own_namespace>("own_namespace", Need::optional,
                                     "Also the namespace of the pod which the agent runs in."),
    attr<&Namespaces::names>("names", Need::optional, "Namespaces; none: all of the cluster."),
};
constexpr BlockSchema kNamespaces = schema_of(kNamespacesFields);

constexpr Field kSelectorFields[] = {
    attr<&Selector::role>("role", Need::required, "Which objects it is for."),
    attr<&Selector::label>("label", Need::optional, "Label selector."),
    attr<&Selector::field>("field", Need::optional, "Field selector."),
};
constexpr BlockSchema kSelector = schema_of<Selector, validate_selector>(kSelectorFields);

constexpr Field kAttachFields[] = {
    attr<&AttachMetadata::node>("node", Need::optional,
                                "Add labels and annotations of the node to pods and endpoints."),
    attr<&AttachMetadata::namespace_>("namespace", Need::optional,
                                      "Add labels and annotations of the namespace."),
};
constexpr BlockSchema kAttach = schema_of(kAttachFields);

constexpr Field kFields[] = {
    attr<&Arguments::role>("role", Need::required, "What targets are made of."),
    squash<&Arguments::client>(api::kClient),
    block<&Arguments::namespaces>("namespaces", Need::optional, "Where to look.", kNamespaces),
    block<&Arguments::selectors>("selectors", Need::optional,
                                 "Which objects to ask the API server for.", kSelector),
    block<&Arguments::attach_metadata>("attach_metadata", Need::optional,
                                       "What to add to the labels of targets.", kAttach),
};

constexpr Field kExports[] = {
    attr<&Exports::targets>("targets", Need::required, "Targets of the objects that were found."),
};

/// What is listed and watched in each namespace, as {group, resource}: Watch::follow_namespace().
std::vector<std::pair<std::string, std::string>> watched_by(Role role) {
  switch (role) {
    case Role::pod:
      return {{"", "pods"}};
    case Role::service:
      return {{"", "services"}};
    case Role::endpoints:
      return {{"", "endpoints"}, {"", "pods"}, {"", "services"}};
    case Role::endpointslice:
      return {{"", "pods"}, {"", "services"}, {"discovery.k8s.io", "endpointslices"}};
    case Role::ingress:
      return {{"networking.k8s.io", "ingresses"}};
    case Role::node:
      return {};
  }
  return {};
}

std::vector<HostNeed> needs(const Arguments& arguments) {
  std::vector<HostNeed> all;
  api::add_needed(arguments.client, all);
  // A kubeconfig names a user of its own.
  if (!arguments.client.kubeconfig_file.empty()) return all;
  const Role role = arguments.role;
  for (auto& [group, resource] : watched_by(role))
    all.push_back(api::needed(api::watching(group, resource, arguments.namespaces.names,
                                            arguments.namespaces.own_namespace)));
  const bool has_node = role != Role::service && role != Role::ingress;
  if (role == Role::node || (arguments.attach_metadata.node && has_node))
    all.push_back(api::needed(api::watching("", "nodes")));
  if (arguments.attach_metadata.namespace_ && role != Role::node)
    all.push_back(api::needed(api::watching("", "namespaces")));
  return all;
}

}  // namespace

std::string_view name_of(Role role) {
  for (const auto& [name, value] : kEnumNames<Role>)
    if (value == role) return name;
  return {};
}

const Signature kSignature{
    .name = "discovery.kubernetes",
    .doc = "Finds pods, nodes, services, endpoints and ingresses of a Kubernetes cluster.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
    .needs = hook<Arguments, needs>,
};

}  // namespace components::discovery::kubernetes
