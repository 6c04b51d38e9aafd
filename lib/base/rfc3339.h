#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// What is read beyond the letter of RFC 3339 as Go's time package and Docker write it.
enum class Rfc3339 {
  strict,  ///< "2026-11-21T08:22:28.342090367Z", "...+01:00"
  loose,   ///< also 't', 'z' and a blank for 'T', ',' for '.', and offsets as "+0100": syslog
           ///< devices
};

/// A time as nanoseconds since the Unix epoch. All of `text` must be the time. Any number of
/// fraction digits, those after the ninth are cut. A leap second counts as the next second. Years
/// 1678 to 2261, which are what the result can hold; nullopt outside them and for any mistake.
std::optional<int64_t> parse_rfc3339(std::string_view text, Rfc3339 kind = Rfc3339::strict);

/// A time in UTC with nine fraction digits: "2026-11-21T08:22:28.342090367Z".
std::string format_rfc3339(int64_t ns);

}  // namespace base
