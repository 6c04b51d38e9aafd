#pragma once
#include <re2/re2.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/text.h"
#include "base/unicode.h"

/// Texts as Go programs and Prometheus write them.
namespace telemetry {

using base::append_json_string;
using base::append_quoted;
using base::append_utf8;
using base::first_utf8;
using base::is_utf8;
using base::Utf8Char;

/// Whether a label is for use within the agent alone, and is left out of what is sent.
constexpr bool is_internal_label(std::string_view name) {
  return name.starts_with("__");
}
/// The text with U+FFFD for each byte that is not UTF-8, as labels have to be.
std::string valid_utf8(std::string_view text);
/// The text as the name of a label: `_` for each byte that one cannot have, and for no text.
std::string valid_label_name(std::string_view text);

/// Letter by letter, without regard to language. Bytes that are not UTF-8 stay as they are.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

/// Replaces $1, ${1}, $name and ${name} in the template by groups of a match, by Go's rules: the
/// name is as long as it can be ($1x is the group "1x"), an unknown group is empty, $$ is a dollar,
/// a dollar that starts no name stays.
std::string expand(std::string_view pattern, const re2::RE2& regex,
                   std::span<const re2::StringPiece> groups);

}  // namespace telemetry
