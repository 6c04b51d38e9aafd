#pragma once
#include <string>
#include <string_view>

namespace components::loki::process::stages {

/// The text of a valid JSON string with escapes, given without its quotes. Half of a surrogate pair
/// becomes U+FFFD.
std::string unescape_json(std::string_view raw);

/// Valid JSON text without the white space between its tokens.
std::string compact_json(std::string_view raw);

/// A valid JSON number as Go prints the float64 that it is: shortest, without an exponent.
/// One that no float64 can hold stays as it is.
std::string json_number_text(std::string_view raw);

/// Whether a JSON number already stands as json_number_text() would write it: at most 15 digits.
bool is_plain_json_number(std::string_view raw);

}  // namespace components::loki::process::stages
