#pragma once
#include <string_view>

#include "base/result.h"
#include "river/schema/target.h"

/// Lists of target groups, as Prometheus takes them from URLs and files:
///
///     [{"targets": ["host:port", ...], "labels": {"name": "value", ...}}, ...]
namespace components::discovery {

enum class GroupSyntax { json, yaml };

/// The targets of all groups, each with the labels of its group. Fails, with what is wrong and in
/// which group, for anything else. A number or boolean of YAML is taken as text.
base::Result<river::schema::Targets> read_target_groups(std::string_view text, GroupSyntax syntax);

}  // namespace components::discovery
