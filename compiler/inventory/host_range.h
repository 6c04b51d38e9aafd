#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace compiler::inventory {

/// The names that a host pattern of an inventory stands for: "web[01:03].lan" gives web01.lan,
/// web02.lan, web03.lan; "db-[a:c]" and steps "[0:10:5]" work too. A name without a range gives
/// itself. An error for a malformed range or for more than 100,000 names.
base::Result<std::vector<std::string>> expand_host_range(std::string_view pattern);

}  // namespace compiler::inventory
