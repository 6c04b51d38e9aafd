#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace base {

/// nlohmann/json's reader and writer are compiled once, here: they take two seconds for each source
/// that would call json::parse() or dump() itself. What is not JSON gives a value that
/// is_discarded().
nlohmann::json parse_json(std::string_view text);
/// Members stay in the order of the text.
nlohmann::ordered_json parse_ordered_json(std::string_view text);

/// On one line, or with line breaks and so many blanks a level. Bytes that are not UTF-8 become
/// U+FFFD.
std::string json_text(const nlohmann::json& value, int indentation = -1);
std::string json_text(const nlohmann::ordered_json& value, int indentation = -1);

}  // namespace base
