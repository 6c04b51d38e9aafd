#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "river/schema/field.h"

/// discovery.file reads targets from files.
namespace components::discovery::file {

struct Arguments {
  std::vector<std::string> files;
  river::schema::Duration refresh_interval = std::chrono::minutes(5);
};

struct Exports {
  river::schema::Targets targets;
};

extern const river::schema::Signature kSignature;

}  // namespace components::discovery::file
