#include "components/shared/kubernetes/targets.h"

#include <fmt/format.h>

#include "base/text.h"

namespace components::kubernetes {
namespace {

void add(Labels& labels, std::string_view prefix, std::string_view kind, const Pairs& pairs) {
  pairs.for_each([&](std::string_view name, std::string_view value) {
    const std::string clean = sanitized(name);
    set(labels, fmt::format("{}_{}_{}", prefix, kind, clean), value);
    set(labels, fmt::format("{}_{}present_{}", prefix, kind, clean), "true");
  });
}

}  // namespace

void set(Labels& labels, std::string_view name, std::string_view value) {
  labels.insert_or_assign(fmt::format("__meta_kubernetes_{}", name), std::string(value));
}

std::string sanitized(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto first = base::first_utf8(name);
    out += base::is_word(name.front()) ? name.front() : '_';
    name.remove_prefix(first.size);
  }
  return out;
}

void add_pairs(Labels& labels, std::string_view prefix, const Meta& meta) {
  add(labels, prefix, "label", meta.labels);
  add(labels, prefix, "annotation", meta.annotations);
}

void add_pod(Labels& labels, const Pod& pod) {
  set(labels, "pod_name", pod.meta.name);
  set(labels, "pod_ip", pod.pod_ip);
  set(labels, "pod_ready", pod.ready);
  set(labels, "pod_phase", pod.phase);
  set(labels, "pod_node_name", pod.node_name);
  set(labels, "pod_host_ip", pod.host_ip);
  set(labels, "pod_uid", pod.meta.uid);
  add_pairs(labels, "pod", pod.meta);
  if (!pod.meta.controller_kind.empty())
    set(labels, "pod_controller_kind", pod.meta.controller_kind);
  if (!pod.meta.controller_name.empty())
    set(labels, "pod_controller_name", pod.meta.controller_name);
}

void add_container(Labels& labels, const Container& container) {
  set(labels, "pod_container_name", container.name);
  set(labels, "pod_container_id", container.id);
  set(labels, "pod_container_image", container.image);
  set(labels, "pod_container_init", container.is_init ? "true" : "false");
}

void add_port(Labels& labels, const Port& port) {
  set(labels, "pod_container_port_name", port.name);
  set(labels, "pod_container_port_number", fmt::format("{}", port.number));
  set(labels, "pod_container_port_protocol", port.protocol);
}

std::string address(std::string_view ip, std::string_view port) {
  return ip.find(':') != ip.npos ? fmt::format("[{}]:{}", ip, port)
                                 : fmt::format("{}:{}", ip, port);
}

Targets pod_targets(const Pod& pod, const Labels& attached) {
  Targets targets;
  if (pod.pod_ip.empty()) return targets;
  Labels group = attached;
  set(group, "namespace", pod.meta.namespace_);
  add_pod(group, pod);
  for (const Container& container : pod.containers) {
    Labels labels = group;
    add_container(labels, container);
    labels["__address__"] = pod.pod_ip;
    if (container.ports.empty()) targets.emplace_back(labels);
    for (const Port& port : container.ports) {
      Labels with_port = labels;
      with_port["__address__"] = address(pod.pod_ip, fmt::format("{}", port.number));
      add_port(with_port, port);
      targets.emplace_back(with_port);
    }
  }
  return targets;
}

}  // namespace components::kubernetes
