#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace components::loki::source_syslog {

/// "Nov 21 03:30:03", also with a fraction of the second or the year behind the day; taken as UTC.
/// Without a year it is the one that puts it closest to `now_ns`, so a message of 31 December that
/// is read in January gets last year's.
std::optional<int64_t> parse_bsd_time(std::string_view text, int64_t now_ns);

/// Length of a BSD timestamp at the start of `text` ("Nov  1 03:30:03", with a fraction when there
/// is one), 0 when there is none.
size_t bsd_time_size(std::string_view text);

}  // namespace components::loki::source_syslog
