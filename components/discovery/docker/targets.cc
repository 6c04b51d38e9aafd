#include "components/discovery/docker/targets.h"

#include <algorithm>
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

bool borrows_networks(const Container& container) {
  return container.network_mode.starts_with(kContainerMode);
}

}  // namespace

/// Makes the targets of one container.
class KnownTargets::Maker {
 public:
  explicit Maker(const KnownTargets& all) : all_(all), options_(all.options_) {}

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
    for (size_t hops = 0; hops < all_.known_.size() && owner->networks.empty(); ++hops) {
      if (!borrows_networks(*owner)) break;
      const auto next = all_.known_.find(owner->network_mode.substr(kContainerMode.size()));
      if (next == all_.known_.end()) break;
      owner = &next->second.container;
    }
    return owner->networks;
  }

  void add_network_labels(const Attachment& attachment, Target::Labels& target) const {
    target["__meta_docker_network_ip"] = attachment.ip_address;
    const auto found = all_.networks_.find(attachment.network_id);
    if (found == all_.networks_.end()) return;
    const Network& network = found->second;
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

  const KnownTargets& all_;
  const TargetOptions& options_;
};

Targets targets_of(const std::vector<Container>& containers, const std::vector<Network>& networks,
                   const TargetOptions& options) {
  KnownTargets known(options);
  known.set_networks(networks);
  known.set_all(containers);
  return known.list();
}

void KnownTargets::put(Container container, std::optional<Time> until) {
  Known& known = known_[container.id];
  known.until = until;
  if (known.is_made && known.container == container) return;
  for (const auto& [name, attachment] : container.networks)
    if (!attachment.network_id.empty() && !networks_.contains(attachment.network_id))
      missing_networks_.insert(attachment.network_id);
  known.container = std::move(container);
  known.is_made = false;
}

void KnownTargets::set_all(std::vector<Container> listed) {
  std::set<std::string> ids;
  for (Container& container : listed) {
    ids.insert(container.id);
    put(std::move(container), std::nullopt);
  }
  std::erase_if(
      known_, [&](const auto& entry) { return !entry.second.until && !ids.contains(entry.first); });
}

void KnownTargets::set_some(const std::set<std::string>& asked, std::vector<Container> listed) {
  std::set<std::string> gone = asked;
  for (Container& container : listed) {
    gone.erase(container.id);
    put(std::move(container), std::nullopt);
  }
  for (const std::string& id : gone)
    if (const auto known = known_.find(id); known != known_.end() && !known->second.until)
      known_.erase(known);
}

void KnownTargets::linger(Container container, Time until) {
  put(std::move(container), until);
}

void KnownTargets::end_lingering(Time now) {
  std::erase_if(
      known_, [&](const auto& entry) { return entry.second.until && *entry.second.until <= now; });
}

KnownTargets::Time KnownTargets::lingering_until() const {
  Time first = Time::max();
  for (const auto& [id, known] : known_) first = std::min(first, known.until.value_or(first));
  return first;
}

void KnownTargets::set_networks(std::vector<Network> networks) {
  std::map<std::string, Network> by_id;
  for (Network& network : networks) by_id[network.id] = std::move(network);
  missing_networks_.clear();
  if (by_id == networks_) return;
  networks_ = std::move(by_id);
  for (auto& [id, known] : known_) known.is_made = false;
}

bool KnownTargets::lacks_network() const {
  return !missing_networks_.empty();
}

Targets KnownTargets::list() {
  const Maker maker(*this);
  Targets all;
  all.reserve(known_.size());
  for (auto& [id, known] : known_) {
    if (!known.is_made || borrows_networks(known.container)) {
      Targets made;
      maker.add(known.container, made);
      // Targets with equal labels have not changed.
      if (!(made == known.targets)) known.targets = std::move(made);
      known.is_made = true;
    }
    all.insert(all.end(), known.targets.begin(), known.targets.end());
  }
  return all;
}

}  // namespace components::discovery::docker
