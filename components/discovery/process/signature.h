#pragma once
#include <chrono>

#include "river/schema/field.h"

/// discovery.process finds the processes of this host.
namespace components::discovery::process {

/// Which labels targets have.
struct DiscoverConfig {
  bool cwd = true;
  bool exe = true;
  bool commandline = true;
  bool username = false;
  bool uid = false;
  bool container_id = true;
  bool cgroup_path = false;
};

struct Arguments {
  river::schema::Targets join;
  river::schema::Duration refresh_interval = std::chrono::minutes(1);
  DiscoverConfig discover_config;
};

struct Exports {
  river::schema::Targets targets;
};

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::process
