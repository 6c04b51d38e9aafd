#include "components/discovery/kubernetes/role_targets.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace components::discovery::kubernetes {

using components::kubernetes::add_pairs;
using components::kubernetes::Ingress;
using components::kubernetes::IngressRule;
using components::kubernetes::Meta;
using components::kubernetes::Node;
using components::kubernetes::Pairs;
using components::kubernetes::Pod;
using components::kubernetes::Port;
using components::kubernetes::Service;
using components::kubernetes::set;

namespace {

/// The first that a node has is where its kubelet is asked.
constexpr std::string_view kAddressTypes[] = {"InternalIP",  "InternalDNS",  "ExternalIP",
                                              "ExternalDNS", "LegacyHostIP", "Hostname"};

std::string_view node_address(const Node& node) {
  for (const std::string_view type : kAddressTypes) {
    std::string_view first;
    bool is_found = false;
    node.addresses.for_each([&](std::string_view name, std::string_view value) {
      if (name != type || is_found) return;
      first = value;
      is_found = true;
    });
    if (is_found) return first;
  }
  return {};
}

Labels group_of(const Meta& meta, Related& related) {
  Labels labels;
  set(labels, "namespace", meta.namespace_);
  attach_namespace(labels, meta.namespace_, related);
  return labels;
}

/// "*.example.org" is for one label in place of the star.
bool covers(std::string_view tls_host, std::string_view host) {
  if (tls_host == host) return true;
  if (!tls_host.starts_with("*.")) return false;
  const size_t dot = host.find('.');
  return dot != host.npos && dot > 0 && host.substr(dot + 1) == tls_host.substr(2);
}

}  // namespace

void attach_namespace(Labels& labels, const std::string& name, Related& related) {
  if (const auto found = related.namespace_(name)) add_pairs(labels, "namespace", found->meta);
}

bool attach_node(Labels& labels, const std::string& name, Related& related) {
  if (name.empty()) return false;
  const auto found = related.node(name);
  if (!found) return false;
  set(labels, "node_name", name);
  add_pairs(labels, "node", found->meta);
  return true;
}

Targets targets_of(const Pod& pod, bool needs_node, Related& related) {
  if (pod.pod_ip.empty()) return {};
  Labels attached;
  attach_namespace(attached, pod.meta.namespace_, related);
  if (!attach_node(attached, pod.node_name, related) && needs_node) return {};
  return components::kubernetes::pod_targets(pod, attached);
}

Targets targets_of(const Node& node) {
  const std::string_view address = node_address(node);
  if (address.empty()) return {};
  Labels labels;
  set(labels, "node_name", node.meta.name);
  set(labels, "node_provider_id", node.provider_id);
  add_pairs(labels, "node", node.meta);
  node.conditions.for_each([&](std::string_view type, std::string_view status) {
    set(labels, "node_condition_" + components::kubernetes::sanitized(base::to_lower(type)),
        base::to_lower(status));
  });
  node.addresses.for_each([&](std::string_view type, std::string_view value) {
    const std::string name =
        "__meta_kubernetes_node_address_" + components::kubernetes::sanitized(type);
    labels.try_emplace(name, value);
  });
  labels["__address__"] =
      components::kubernetes::address(address, fmt::format("{}", node.kubelet_port));
  labels["instance"] = node.meta.name;
  return {river::schema::Target(labels)};
}

Targets targets_of(const Service& service, Related& related) {
  Labels group = group_of(service.meta, related);
  set(group, "service_name", service.meta.name);
  add_pairs(group, "service", service.meta);
  set(group, "service_type", service.type);
  if (service.type == "ExternalName")
    set(group, "service_external_name", service.external_name);
  else
    set(group, "service_cluster_ip", service.cluster_ip);
  if (service.type == "LoadBalancer")
    set(group, "service_loadbalancer_ip", service.load_balancer_ip);
  Targets targets;
  for (const Port& port : service.ports) {
    Labels labels = group;
    const std::string number = fmt::format("{}", port.number);
    labels["__address__"] =
        fmt::format("{}.{}.svc:{}", service.meta.name, service.meta.namespace_, number);
    set(labels, "service_port_name", port.name);
    set(labels, "service_port_number", number);
    set(labels, "service_port_protocol", port.protocol);
    targets.emplace_back(labels);
  }
  return targets;
}

Targets targets_of(const Ingress& ingress, Related& related) {
  Labels group = group_of(ingress.meta, related);
  set(group, "ingress_name", ingress.meta.name);
  add_pairs(group, "ingress", ingress.meta);
  if (!ingress.class_name.empty()) set(group, "ingress_class_name", ingress.class_name);
  Targets targets;
  for (const IngressRule& rule : ingress.rules) {
    const bool is_tls =
        std::any_of(ingress.tls_hosts.begin(), ingress.tls_hosts.end(),
                    [&](const std::string& host) { return covers(host, rule.host); });
    for (const std::string& path : rule.paths) {
      Labels labels = group;
      labels["__address__"] = rule.host;
      set(labels, "ingress_host", rule.host);
      set(labels, "ingress_scheme", is_tls ? "https" : "http");
      set(labels, "ingress_path", path);
      targets.emplace_back(labels);
    }
  }
  return targets;
}

}  // namespace components::discovery::kubernetes
