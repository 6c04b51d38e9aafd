#pragma once
#include <string_view>

#include "base/result.h"
#include "river/schema/target.h"

namespace components::discovery::http {

/// Reads Prometheus' target groups: [{"targets": ["host:port", ...], "labels": {"name": "value"}}].
/// Each address becomes a target with __address__ and the labels of its group. Fails, with what is
/// wrong, for anything else.
base::Result<river::schema::Targets> read_target_groups(std::string_view json);

}  // namespace components::discovery::http
