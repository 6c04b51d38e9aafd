#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/kubernetes/pairs.h"

/// What the agent keeps of the objects of a cluster: the fields that targets and labels are made
/// of. A pod takes one to two kilobytes.
namespace components::kubernetes {

struct Meta {
  std::string namespace_;  ///< empty: the object is in none
  std::string name;
  std::string uid;
  std::string resource_version;
  Pairs labels;
  Pairs annotations;
  std::string controller_kind;  ///< of the owner that is the controller
  std::string controller_name;

  /// "namespace/name", or "name".
  std::string key() const { return namespace_.empty() ? name : namespace_ + "/" + name; }
};

struct Port {
  std::string name;
  uint32_t number = 0;
  std::string protocol = "TCP";
};

struct Container {
  std::string name;
  std::string image;
  std::string id;  ///< "containerd://..."; empty until it is made
  bool is_init = false;
  std::vector<Port> ports;
};

struct Pod {
  Meta meta;
  std::string node_name;
  std::string pod_ip;
  std::string host_ip;
  std::string phase;
  std::string ready = "unknown";      ///< as of the condition: true, false, unknown
  std::vector<Container> containers;  ///< those of init behind the others
};

struct Node {
  Meta meta;
  std::string provider_id;
  Pairs addresses;   ///< by type
  Pairs conditions;  ///< status by type
  uint32_t kubelet_port = 0;
};

struct Namespace {
  Meta meta;
};

struct Service {
  Meta meta;
  std::string type;
  std::string cluster_ip;
  std::string external_name;
  std::string load_balancer_ip;
  std::string ip_family_policy;
  std::string first_ip_family;
  std::vector<Port> ports;
};

/// An address of Endpoints, or an endpoint of an EndpointSlice with its addresses.
struct Endpoint {
  std::vector<std::string> addresses;
  std::string hostname;
  std::string node_name;
  std::string zone;
  std::string target_kind;
  std::string target_name;
  std::string target_namespace;
  std::optional<bool> ready, serving, terminating;
  Pairs topology;
};

/// In slices all of it may be absent.
struct EndpointPort {
  std::optional<std::string> name;
  std::optional<uint32_t> number;
  std::optional<std::string> protocol;
  std::optional<std::string> app_protocol;
};

struct EndpointSubset {
  std::vector<Endpoint> ready;
  std::vector<Endpoint> not_ready;
  std::vector<EndpointPort> ports;
};

struct Endpoints {
  Meta meta;
  std::vector<EndpointSubset> subsets;
};

struct EndpointSlice {
  Meta meta;
  std::string address_type;
  std::vector<Endpoint> endpoints;
  std::vector<EndpointPort> ports;
};

struct IngressRule {
  std::string host;
  std::vector<std::string> paths;  ///< at least one
};

struct Ingress {
  Meta meta;
  std::string class_name;
  std::vector<std::string> tls_hosts;
  std::vector<IngressRule> rules;
};

}  // namespace components::kubernetes
