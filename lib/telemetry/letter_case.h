#pragma once
#include <string>
#include <string_view>

namespace telemetry {

/// Letter by letter, without regard to language: ASCII, Latin, Greek and Cyrillic. Anything else,
/// and bytes that are not UTF-8, stay as they are.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

}  // namespace telemetry
