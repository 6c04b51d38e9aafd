#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "components/shared/docker_api/containers.h"
#include "river/schema/codec.h"

namespace components::discovery::docker {

struct TargetOptions {
  int64_t port = 80;
  std::string host_networking_host = "localhost";
  bool match_first_network = true;
  bool operator==(const TargetOptions&) const = default;
};

/// One target per container, network and exposed TCP port, with the meta labels that Prometheus
/// gives them. A container without a TCP port has one target per network. Other than there, a
/// container without any network has one target too: its logs can be read all the same.
river::schema::Targets targets_of(const std::vector<docker_api::Container>& containers,
                                  const std::vector<docker_api::Network>& networks,
                                  const TargetOptions& options);

/// The containers of a daemon and their targets, from one look at it to the next. What has not
/// changed keeps its target objects, so that whoever gets the list sees by pointer what is new in
/// it, and an event costs the work for one container. Pure: no I/O, no clock.
class KnownTargets {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit KnownTargets(TargetOptions options) : options_(std::move(options)) {}

  /// The daemon listed all containers.
  void set_all(std::vector<docker_api::Container> listed);
  /// The daemon listed those of `asked` that it would list among all.
  void set_some(const std::set<std::string>& asked, std::vector<docker_api::Container> listed);
  /// A container that is listed no more, but stays a target until then.
  void linger(docker_api::Container container, Time until);
  /// Lets go of those whose time is up.
  void end_lingering(Time now);
  /// When the next one's time is up.
  Time lingering_until() const;
  void set_networks(std::vector<docker_api::Network> networks);

  bool contains(const std::string& id) const { return known_.contains(id); }
  bool empty() const { return known_.empty(); }
  /// A container is on a network that appeared after set_networks().
  bool lacks_network() const;
  /// All targets, in order of the containers' ids.
  river::schema::Targets list();

 private:
  struct Known {
    docker_api::Container container;
    river::schema::Targets targets;
    bool is_made = false;       ///< `targets` are those of `container`
    std::optional<Time> until;  ///< it lingers
  };
  class Maker;

  void put(docker_api::Container container, std::optional<Time> until);

  const TargetOptions options_;
  std::map<std::string, Known> known_;                   ///< by container id
  std::map<std::string, docker_api::Network> networks_;  ///< by id
  std::set<std::string> missing_networks_;  ///< that are not in networks_ since it was set
};

}  // namespace components::discovery::docker
