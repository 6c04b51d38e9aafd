#pragma once
#include "river/schema/field.h"

/// The `livedebugging` block of Grafana Alloy, so that configs which have it are accepted.
namespace components::config_blocks::livedebugging {

struct Arguments {
  bool enabled = false;
};

extern const river::schema::Signature kSignature;

}  // namespace components::config_blocks::livedebugging
