#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "river/value.h"

namespace re2 {
class RE2;
}

/// The text forms of values: what a string attribute may hold for a number, a duration or a size.
namespace river::schema {

/// A string that stands for a number: "-2", "010" (is 10), "1e3", "0.5".
std::optional<Number> number_from_text(std::string_view text);

/// Go duration syntax: "1h30m", "-1.5s", "0". Nothing when malformed or out of range.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// The shortest such spelling: "1h30m", "250ms", "0s".
std::string format_duration(std::chrono::nanoseconds duration);

/// "5KiB", "1.5MB", "100B"; every unit is a power of 1024. A plain number counts bytes.
std::optional<uint64_t> parse_byte_size(std::string_view text);
/// In the largest unit that divides it: "8KiB", "1500B".
std::string format_byte_size(uint64_t bytes);

/// What is wrong with a text that should be "host:port", or nothing. The host may be empty and an
/// IPv6 address is written in brackets.
std::optional<std::string> host_port_problem(std::string_view text);

/// What is wrong with a text that should be an http or https URL, or nothing.
std::optional<std::string> url_problem(std::string_view text);

/// A regex in the syntax of Go's regexp, which is RE2's with `(?<name>...)` for a named group, too;
/// ask ok() before use. Regexes of one text share one program while any is
/// in use or it was used lately: the hosts of a fleet have the same rules, and compiling a regex
/// costs more than all the rest of checking a rule. Thread safe.
std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern);

/// Whether the character means something else than itself in a regex, if no backslash precedes it.
constexpr bool is_regex_operator(char c) {
  return std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos;
}
/// A regex that matches exactly this text. It leaves more plain than RE2::QuoteMeta: people read
/// it.
std::string literal_regex(std::string_view text);

}  // namespace river::schema
