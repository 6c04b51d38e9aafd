#pragma once
#include <cstdint>
#include <map>
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

/// The same from listing to listing: a container that has not changed keeps its target objects, so
/// that whoever gets the list sees by pointer what is new in it.
class KnownTargets {
 public:
  river::schema::Targets targets_of(const std::vector<docker_api::Container>& containers,
                                    const std::vector<docker_api::Network>& networks,
                                    const TargetOptions& options);

 private:
  struct Known {
    docker_api::Container container;
    river::schema::Targets targets;
  };
  std::map<std::string, Known> known_;  ///< by container id
  std::vector<docker_api::Network> networks_;
  TargetOptions options_;
};

}  // namespace components::discovery::docker
