#pragma once
#include "river/schema/field.h"

namespace components::local::file_match {

struct Arguments {
  river::schema::Targets path_targets;
  river::schema::Duration sync_period = std::chrono::seconds(10);
  river::schema::Duration ignore_older_than = {};
};

struct Exports {
  river::schema::Targets targets;
};

extern const river::schema::Signature kSignature;

}  // namespace components::local::file_match
