#include "telemetry/text.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <iterator>

#include "base/text.h"

namespace telemetry {

namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// What Go does not print of the characters that text in practice contains: controls, spaces other
// than U+0020, format characters, private use. Characters that are not assigned are written as they
// are: the reader of a quoted text gets the same characters either way.
constexpr Range kUnprintable[] = {
    {0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},       {0x61C, 0x61C},
    {0x1680, 0x1680}, {0x180E, 0x180E}, {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F}, {0x3000, 0x3000}, {0xE000, 0xF8FF},   {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0001, 0xE007F}, {0xF0000, 0x10FFFF},
};

bool prints(uint32_t code_point) {
  for (const Range& range : kUnprintable)
    if (code_point >= range.first && code_point <= range.last) return false;
  return true;
}

constexpr std::string_view kEscapeLetters = "abfnrtv\\\"";
constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\\"";

void append_escaped(std::string& out, std::string_view& text) {
  const Utf8Char next = first_utf8(text);
  const char byte = text.front();
  const auto to = std::back_inserter(out);
  if (!next.valid)
    fmt::format_to(to, "\\x{:02x}", static_cast<unsigned char>(byte));
  else if (const size_t i = kEscaped.find(byte); i != std::string_view::npos)
    (out += '\\') += kEscapeLetters[i];
  else if (prints(next.code_point))
    out += text.substr(0, next.size);
  else if (next.code_point < 0x80)
    fmt::format_to(to, "\\x{:02x}", next.code_point);
  else if (next.code_point < 0x10000)
    fmt::format_to(to, "\\u{:04x}", next.code_point);
  else
    fmt::format_to(to, "\\U{:08x}", next.code_point);
  text.remove_prefix(next.size);
}

/// Upper-case letters first..last; the lower-case one is `distance` further on. With distance 1,
/// upper and lower alternate, the upper one being at `first`, `first` + 2, ...
struct CaseRange {
  uint32_t first;
  uint32_t last;
  uint32_t distance;
};

constexpr CaseRange kRanges[] = {
    {'A', 'Z', 32},     {0xC0, 0xD6, 32},   {0xD8, 0xDE, 32},   {0x100, 0x12E, 1},
    {0x132, 0x136, 1},  {0x139, 0x147, 1},  {0x14A, 0x176, 1},  {0x179, 0x17D, 1},
    {0x386, 0x386, 38}, {0x388, 0x38A, 37}, {0x38C, 0x38C, 64}, {0x38E, 0x38F, 63},
    {0x391, 0x3A1, 32}, {0x3A3, 0x3AB, 32}, {0x400, 0x40F, 80}, {0x410, 0x42F, 32},
    {0x460, 0x480, 1},  {0x48A, 0x4BE, 1},  {0x4D0, 0x52E, 1},  {0x1E00, 0x1E94, 1},
};

uint32_t lower_of(uint32_t code) {
  for (const auto& [first, last, distance] : kRanges)
    if (code >= first && code <= last && (distance > 1 || (code - first) % 2 == 0))
      return code + distance;
  return code;
}

uint32_t upper_of(uint32_t code) {
  for (const auto& [first, last, distance] : kRanges)
    if (code >= first + distance && code <= last + distance &&
        (distance > 1 || (code - distance - first) % 2 == 0))
      return code - distance;
  return code;
}

std::string map_letters(std::string_view text, uint32_t (*map)(uint32_t)) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (next.valid)
      append_utf8(out, map(next.code_point));
    else
      out += text.front();
    text.remove_prefix(next.size);
  }
  return out;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char byte = text.front();
    if (byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\') {
      out += byte;
      text.remove_prefix(1);
    } else {
      append_escaped(out, text);
    }
  }
  out += '"';
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    out += next.valid ? text.substr(0, next.size) : "\xef\xbf\xbd";
    text.remove_prefix(next.size);
  }
  return out;
}

std::string to_lower(std::string_view text) {
  return map_letters(text, lower_of);
}

std::string to_upper(std::string_view text) {
  return map_letters(text, upper_of);
}

namespace {

/// The name behind a dollar, removed from `text` with its braces; empty when there is none.
std::string_view take_name(std::string_view& text) {
  const bool braced = text.starts_with('{');
  const std::string_view from = text.substr(braced);
  size_t size = 0;
  while (size < from.size() && base::is_word(from[size])) ++size;
  if (size == 0 || (braced && (size == from.size() || from[size] != '}'))) return {};
  text = from.substr(size + braced);
  return from.substr(0, size);
}

/// Index of the group, or -1: digits count as a number unless they start with a superfluous 0.
int group_index(std::string_view name, const re2::RE2& regex) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool padded = name.size() > 1 && name.front() == '0';
  if (error == std::errc{} && end == name.data() + name.size() && !padded) return number;
  const auto& groups = regex.NamedCapturingGroups();
  const auto found = groups.find(std::string(name));
  return found == groups.end() ? -1 : found->second;
}

}  // namespace

std::string expand(std::string_view pattern, const re2::RE2& regex,
                   std::span<const re2::StringPiece> groups) {
  std::string out;
  for (size_t dollar; (dollar = pattern.find('$')) != std::string_view::npos;) {
    out += pattern.substr(0, dollar);
    pattern.remove_prefix(dollar + 1);
    if (pattern.starts_with('$')) {
      out += '$';
      pattern.remove_prefix(1);
      continue;
    }
    const std::string_view name = take_name(pattern);
    if (name.empty()) {
      out += '$';
      continue;
    }
    const int index = group_index(name, regex);
    if (index >= 0 && static_cast<size_t>(index) < groups.size()) {
      const auto& group = groups[static_cast<size_t>(index)];
      out.append(group.data(), group.size());
    }
  }
  return out += pattern;
}

}  // namespace telemetry
