#include "components/discovery/docker/targets.h"

#include <utility>

namespace components::discovery::docker {
namespace {

using docker_api::Attachment;
using docker_api::Container;
using docker_api::Network;
using docker_api::Port;
using river::schema::Target;
using river::schema::Targets;

constexpr std::string_view kContainerMode = "container:";

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
    Target::Labels common = {{"__meta_docker_container_id", container.id},
                             {"__meta_docker_container_name", container.name},
                             {"__meta_docker_container_network_mode", container.network_mode}};
    for (const auto& [name, value] : container.labels)
      common["__meta_docker_container_label_" + docker_api::label_part(name)] = value;

    const auto& attachments = attachments_of(container);
    if (attachments.empty()) add_without_ports(container, {}, common, out);
    for (const auto& [name, attachment] : attachments) {
      Target::Labels target = common;
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

  void add_network_labels(const Attachment& attachment, Target::Labels& target) const {
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
      target["__meta_docker_network_label_" + docker_api::label_part(name)] = value;
  }

  void add_network(const Container& container, const Attachment& attachment,
                   const Target::Labels& base, Targets& out) const {
    const size_t before = out.size();
    for (const Port& port : container.ports) {
      if (port.type != "tcp") continue;
      Target::Labels target = base;
      target["__address__"] = join_host_port(attachment.ip_address, port.private_port);
      target["__meta_docker_port_private"] = std::to_string(port.private_port);
      if (port.public_port != 0) {
        target["__meta_docker_port_public"] = std::to_string(port.public_port);
        target["__meta_docker_port_public_ip"] = port.public_ip;
      }
      out.emplace_back(target);
    }
    if (out.size() == before) add_without_ports(container, attachment, base, out);
  }

  void add_without_ports(const Container& container, const Attachment& attachment,
                         const Target::Labels& base, Targets& out) const {
    Target::Labels target = base;
    target["__address__"] = container.network_mode == "host"
                                ? options_.host_networking_host
                                : join_host_port(attachment.ip_address, options_.port);
    out.emplace_back(target);
  }

  const TargetOptions& options_;
  std::map<std::string_view, const Container*> containers_;
  std::map<std::string_view, const Network*> networks_;
};

}  // namespace

Targets targets_of(const std::vector<Container>& containers, const std::vector<Network>& networks,
                   const TargetOptions& options) {
  return KnownTargets().targets_of(containers, networks, options);
}

Targets KnownTargets::targets_of(const std::vector<Container>& containers,
                                 const std::vector<Network>& networks,
                                 const TargetOptions& options) {
  const bool same_surroundings = networks == networks_ && options == options_;
  const Maker maker(containers, networks, options);
  std::map<std::string, Known> known;
  Targets out;
  for (const Container& container : containers) {
    Known& now = known[container.id];
    if (const auto before = known_.find(container.id); before != known_.end()) {
      const bool borrows_networks = container.network_mode.starts_with(kContainerMode);
      if (same_surroundings && !borrows_networks && before->second.container == container) {
        now = std::move(before->second);
        out.insert(out.end(), now.targets.begin(), now.targets.end());
        continue;
      }
    }
    now.container = container;
    maker.add(container, now.targets);
    out.insert(out.end(), now.targets.begin(), now.targets.end());
  }
  known_ = std::move(known);
  networks_ = networks;
  options_ = options;
  return out;
}

}  // namespace components::discovery::docker
