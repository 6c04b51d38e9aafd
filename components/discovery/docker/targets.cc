#include "components/discovery/docker/targets.h"

#include <algorithm>
#include <map>

namespace components::discovery::docker {
namespace {

using docker_api::Attachment;
using docker_api::Container;
using docker_api::Network;
using docker_api::Port;
using river::schema::Target;
using river::schema::Targets;

constexpr std::string_view kContainerMode = "container:";

/// A label name out of any text: what may not stand in one becomes "_".
std::string sanitized(std::string_view name) {
  std::string out(name);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
      },
      '_');
  return out;
}

std::string join_host_port(const std::string& host, int64_t port) {
  const bool is_ipv6 = host.find(':') != host.npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

class Maker {
 public:
  Maker(const std::vector<Container>& containers, const std::vector<Network>& networks,
        const TargetOptions& options)
      : options_(options) {
    for (const Container& container : containers) containers_[container.id] = &container;
    for (const Network& network : networks) networks_[network.id] = &network;
  }

  void add(const Container& container, Targets& out) const {
    Target common = {{"__meta_docker_container_id", container.id},
                     {"__meta_docker_container_name", container.name},
                     {"__meta_docker_container_network_mode", container.network_mode}};
    for (const auto& [name, value] : container.labels)
      common["__meta_docker_container_label_" + sanitized(name)] = value;

    const auto& attachments = attachments_of(container);
    if (attachments.empty()) add_without_ports(container, {}, common, out);
    for (const auto& [name, attachment] : attachments) {
      Target target = common;
      add_network_labels(attachment, target);
      add_network(container, attachment, target, out);
      if (options_.match_first_network) break;  // They are sorted by name.
    }
  }

 private:
  /// A container in another's network has that one's networks.
  const std::map<std::string, Attachment>& attachments_of(const Container& container) const {
    const Container* owner = &container;
    for (size_t hops = 0; hops < containers_.size() && owner->networks.empty(); ++hops) {
      if (!owner->network_mode.starts_with(kContainerMode)) break;
      const auto next = containers_.find(owner->network_mode.substr(kContainerMode.size()));
      if (next == containers_.end()) break;
      owner = next->second;
    }
    return owner->networks;
  }

  void add_network_labels(const Attachment& attachment, Target& target) const {
    target["__meta_docker_network_ip"] = attachment.ip_address;
    const auto found = networks_.find(attachment.network_id);
    if (found == networks_.end()) return;
    const Network& network = *found->second;
    target["__meta_docker_network_id"] = network.id;
    target["__meta_docker_network_name"] = network.name;
    target["__meta_docker_network_scope"] = network.scope;
    target["__meta_docker_network_internal"] = network.internal ? "true" : "false";
    target["__meta_docker_network_ingress"] = network.ingress ? "true" : "false";
    for (const auto& [name, value] : network.labels)
      target["__meta_docker_network_label_" + sanitized(name)] = value;
  }

  void add_network(const Container& container, const Attachment& attachment, const Target& base,
                   Targets& out) const {
    const size_t before = out.size();
    for (const Port& port : container.ports) {
      if (port.type != "tcp") continue;
      Target& target = out.emplace_back(base);
      target["__address__"] = join_host_port(attachment.ip_address, port.private_port);
      target["__meta_docker_port_private"] = std::to_string(port.private_port);
      if (port.public_port == 0) continue;
      target["__meta_docker_port_public"] = std::to_string(port.public_port);
      target["__meta_docker_port_public_ip"] = port.public_ip;
    }
    if (out.size() == before) add_without_ports(container, attachment, base, out);
  }

  void add_without_ports(const Container& container, const Attachment& attachment,
                         const Target& base, Targets& out) const {
    Target& target = out.emplace_back(base);
    target["__address__"] = container.network_mode == "host"
                                ? options_.host_networking_host
                                : join_host_port(attachment.ip_address, options_.port);
  }

  const TargetOptions& options_;
  std::map<std::string_view, const Container*> containers_;
  std::map<std::string_view, const Network*> networks_;
};

}  // namespace

Targets targets_of(const std::vector<Container>& containers, const std::vector<Network>& networks,
                   const TargetOptions& options) {
  const Maker maker(containers, networks, options);
  Targets out;
  for (const Container& container : containers) maker.add(container, out);
  return out;
}

}  // namespace components::discovery::docker
