#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace components::loki::source_docker {

/// An RFC 3339 time such as "2026-11-21T08:22:28.342090367Z", with any number of fraction digits
/// (those after the ninth are cut) and Z or an offset, as nanoseconds since the Unix epoch. All of
/// `text` must be the time. Years 1678 to 2261.
std::optional<int64_t> parse_rfc3339(std::string_view text);

}  // namespace components::loki::source_docker
