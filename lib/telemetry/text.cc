#include "telemetry/text.h"

#include <charconv>
#include <cstdint>

#include "base/text.h"
#include "base/unicode.h"

namespace telemetry {

namespace {

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

std::string valid_label_name(std::string_view text) {
  std::string name(text.empty() ? "_" : text);
  for (size_t i = 0; i < name.size(); ++i)
    if (!base::is_label_name(std::string_view(name).substr(0, i + 1))) name[i] = '_';
  return name;
}

std::string to_lower(std::string_view text) {
  return map_letters(text, base::to_lower_code_point);
}

std::string to_upper(std::string_view text) {
  return map_letters(text, base::to_upper_code_point);
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
