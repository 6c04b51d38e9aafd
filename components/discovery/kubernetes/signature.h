#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/kubernetes/signature.h"
#include "river/schema/field.h"

namespace components::discovery::kubernetes {

enum class Role { pod, node, service, endpoints, endpointslice, ingress };

struct Namespaces {
  bool own_namespace = false;
  std::vector<std::string> names;
};

struct Selector {
  Role role = Role::pod;
  std::string label;
  std::string field;
};

struct AttachMetadata {
  bool node = false;
  bool namespace_ = false;
};

struct Arguments {
  Role role = Role::pod;
  components::kubernetes::ClientArguments client;
  Namespaces namespaces;
  std::vector<Selector> selectors;
  AttachMetadata attach_metadata;
};

struct Exports {
  river::schema::Targets targets;
};

/// As it is written in a configuration.
std::string_view name_of(Role role);

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::kubernetes

namespace river::schema {
template <>
inline constexpr EnumName<components::discovery::kubernetes::Role>
    kEnumNames<components::discovery::kubernetes::Role>[] = {
        {"pod", components::discovery::kubernetes::Role::pod},
        {"node", components::discovery::kubernetes::Role::node},
        {"service", components::discovery::kubernetes::Role::service},
        {"endpoints", components::discovery::kubernetes::Role::endpoints},
        {"endpointslice", components::discovery::kubernetes::Role::endpointslice},
        {"ingress", components::discovery::kubernetes::Role::ingress},
};
}  // namespace river::schema
