#include <fmt/format.h>

#include <map>

#include "components/discovery/kubernetes/role_targets.h"

namespace components::discovery::kubernetes {

using components::kubernetes::add_pairs;
using components::kubernetes::Container;
using components::kubernetes::Endpoint;
using components::kubernetes::EndpointPort;
using components::kubernetes::Endpoints;
using components::kubernetes::EndpointSlice;
using components::kubernetes::EndpointSubset;
using components::kubernetes::Pairs;
using components::kubernetes::Pod;
using components::kubernetes::Port;
using components::kubernetes::Service;
using components::kubernetes::set;

namespace {

/// A pod that endpoints lead to, with the ports they cover.
struct CoveredPod {
  std::shared_ptr<const Pod> pod;
  std::vector<uint32_t> ports;
};

/// The targets of endpoints, of whichever kind of object they are.
class EndpointTargets {
 public:
  EndpointTargets(Labels group, Related& related) : group_(std::move(group)), related_(related) {}

  void add(Labels labels, const Endpoint& endpoint, const EndpointPort& port) {
    labels.insert(group_.begin(), group_.end());
    attach_node(labels, endpoint.target_kind == "Node" ? endpoint.target_name : endpoint.node_name,
                related_);
    const std::string key = endpoint.target_namespace + "/" + endpoint.target_name;
    if (const auto pod = endpoint.target_kind == "Pod" ? related_.pod(key) : nullptr) {
      add_pod(labels, *pod);
      add_container_of(*pod, port, labels);
      CoveredPod& covered = pods_[key];
      covered.pod = pod;
      if (port.number) covered.ports.push_back(*port.number);
    }
    targets_.emplace_back(labels);
  }

  /// With a target for each port of the pods that no endpoint covers.
  Targets take() {
    for (const auto& [key, covered] : pods_) {
      if (covered.pod->pod_ip.empty()) continue;
      for (const Container& container : covered.pod->containers)
        for (const Port& port : container.ports)
          if (std::find(covered.ports.begin(), covered.ports.end(), port.number) ==
              covered.ports.end())
            add_uncovered(*covered.pod, container, port);
    }
    return std::move(targets_);
  }

 private:
  /// Of several containers with the port the last one counts.
  static void add_container_of(const Pod& pod, const EndpointPort& port, Labels& labels) {
    for (const Container& container : pod.containers) {
      for (const Port& own : container.ports) {
        if (!port.number || own.number != *port.number) continue;
        add_names(container, own, labels);
        break;
      }
    }
  }
  static void add_names(const Container& container, const Port& port, Labels& labels) {
    set(labels, "pod_container_name", container.name);
    set(labels, "pod_container_image", container.image);
    set(labels, "pod_container_init", container.is_init ? "true" : "false");
    add_port(labels, port);
  }
  void add_uncovered(const Pod& pod, const Container& container, const Port& port) {
    Labels labels = group_;
    add_names(container, port, labels);
    add_pod(labels, pod);
    labels["__address__"] =
        components::kubernetes::address(pod.pod_ip, fmt::format("{}", port.number));
    targets_.emplace_back(labels);
  }

  const Labels group_;
  Related& related_;
  std::map<std::string, CoveredPod> pods_;
  Targets targets_;
};

void add_service(Labels& labels, const Service& service) {
  set(labels, "service_name", service.meta.name);
  add_pairs(labels, "service", service.meta);
}

Labels of_address(const Endpoint& endpoint, const EndpointPort& port, bool is_ready) {
  Labels labels;
  labels["__address__"] = components::kubernetes::address(
      endpoint.addresses.front(), fmt::format("{}", port.number.value_or(0)));
  set(labels, "endpoint_port_name", port.name.value_or(""));
  set(labels, "endpoint_port_protocol", port.protocol.value_or(""));
  set(labels, "endpoint_ready", is_ready ? "true" : "false");
  if (!endpoint.target_kind.empty()) {
    set(labels, "endpoint_address_target_kind", endpoint.target_kind);
    set(labels, "endpoint_address_target_name", endpoint.target_name);
  }
  if (!endpoint.node_name.empty()) set(labels, "endpoint_node_name", endpoint.node_name);
  if (!endpoint.hostname.empty()) set(labels, "endpoint_hostname", endpoint.hostname);
  return labels;
}

/// What is absent in the object is absent in the labels.
void set_if(Labels& labels, std::string_view name, const std::optional<std::string>& value) {
  if (value) set(labels, name, *value);
}
void set_if(Labels& labels, std::string_view name, const std::optional<bool>& value) {
  if (value) set(labels, name, *value ? "true" : "false");
}
void set_if_any(Labels& labels, std::string_view name, const std::string& value) {
  if (!value.empty()) set(labels, name, value);
}

Labels of_slice_address(const Endpoint& endpoint, const EndpointPort& port,
                        const std::string& address) {
  Labels labels;
  labels["__address__"] = address;
  if (port.number) {
    const std::string number = fmt::format("{}", *port.number);
    labels["__address__"] = components::kubernetes::address(address, number);
    set(labels, "endpointslice_port", number);
  }
  set_if(labels, "endpointslice_port_name", port.name);
  set_if(labels, "endpointslice_port_protocol", port.protocol);
  set_if(labels, "endpointslice_port_app_protocol", port.app_protocol);
  set_if(labels, "endpointslice_endpoint_conditions_ready", endpoint.ready);
  set_if(labels, "endpointslice_endpoint_conditions_serving", endpoint.serving);
  set_if(labels, "endpointslice_endpoint_conditions_terminating", endpoint.terminating);
  set_if_any(labels, "endpointslice_endpoint_hostname", endpoint.hostname);
  set_if_any(labels, "endpointslice_endpoint_node_name", endpoint.node_name);
  set_if_any(labels, "endpointslice_endpoint_zone", endpoint.zone);
  if (!endpoint.target_kind.empty()) {
    set(labels, "endpointslice_address_target_kind", endpoint.target_kind);
    set(labels, "endpointslice_address_target_name", endpoint.target_name);
  }
  endpoint.topology.for_each([&](std::string_view name, std::string_view value) {
    const std::string clean = components::kubernetes::sanitized(name);
    set(labels, "endpointslice_endpoint_topology_" + clean, value);
    set(labels, "endpointslice_endpoint_topology_present_" + clean, "true");
  });
  return labels;
}

/// Of a service with two families only the slices of the first one count, or each endpoint would be
/// there twice.
bool is_second_family(const EndpointSlice& slice, const Service& service) {
  return (service.ip_family_policy == "PreferDualStack" ||
          service.ip_family_policy == "RequireDualStack") &&
         !service.first_ip_family.empty() && slice.address_type != service.first_ip_family;
}

}  // namespace

Targets targets_of(const Endpoints& endpoints, Related& related) {
  Labels group;
  set(group, "namespace", endpoints.meta.namespace_);
  attach_namespace(group, endpoints.meta.namespace_, related);
  set(group, "endpoints_name", endpoints.meta.name);
  add_pairs(group, "endpoints", endpoints.meta);
  if (const auto service = related.service(endpoints.meta.key())) add_service(group, *service);
  EndpointTargets targets(std::move(group), related);
  for (const EndpointSubset& subset : endpoints.subsets) {
    for (const EndpointPort& port : subset.ports) {
      for (const Endpoint& endpoint : subset.ready)
        if (!endpoint.addresses.empty())
          targets.add(of_address(endpoint, port, true), endpoint, port);
      for (const Endpoint& endpoint : subset.not_ready)
        if (!endpoint.addresses.empty())
          targets.add(of_address(endpoint, port, false), endpoint, port);
    }
  }
  return targets.take();
}

Targets targets_of(const EndpointSlice& slice, Related& related) {
  Labels group;
  set(group, "namespace", slice.meta.namespace_);
  attach_namespace(group, slice.meta.namespace_, related);
  set(group, "endpointslice_name", slice.meta.name);
  set(group, "endpointslice_address_type", slice.address_type);
  add_pairs(group, "endpointslice", slice.meta);
  if (const auto name = slice.meta.labels.find("kubernetes.io/service-name")) {
    const auto service = related.service(slice.meta.namespace_ + "/" + std::string(*name));
    if (service && is_second_family(slice, *service)) return {};
    if (service) add_service(group, *service);
  }
  EndpointTargets targets(std::move(group), related);
  for (const Endpoint& endpoint : slice.endpoints)
    for (const EndpointPort& port : slice.ports)
      for (const std::string& address : endpoint.addresses)
        targets.add(of_slice_address(endpoint, port, address), endpoint, port);
  return targets.take();
}

}  // namespace components::discovery::kubernetes
