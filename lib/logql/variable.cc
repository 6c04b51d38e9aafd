#include "logql/variable.h"

#include <algorithm>

#include "logql/characters.h"

namespace logql {
namespace {

size_t name_end(std::string_view text, size_t at) {
  if (at >= text.size() || is_digit(text[at])) return at;
  while (at < text.size() && is_name(text[at])) ++at;
  return at;
}

/// A field or a format: what cannot end a string or the braces around it.
size_t detail_end(std::string_view text, size_t at, std::string_view stops) {
  while (at < text.size() && text[at] >= ' ' && text[at] != '\x7f' &&
         stops.find(text[at]) == std::string_view::npos) {
    ++at;
  }
  return at;
}

/// "${" name [ "." field ] [ ":" format ] "}"
size_t braced_length(std::string_view text, size_t at) {
  size_t end = name_end(text, at + 2);
  if (end == at + 2 || end >= text.size()) return 0;
  if (text[end] == '.') end = detail_end(text, end + 1, "\"'`\\{}:");
  if (end < text.size() && text[end] == ':') end = detail_end(text, end + 1, "\"'`\\{}");
  return end < text.size() && text[end] == '}' ? end + 1 - at : 0;
}

/// "[[" name [ ":" format ] "]]"
size_t bracketed_length(std::string_view text, size_t at) {
  size_t end = name_end(text, at + 2);
  if (end == at + 2) return 0;
  if (end < text.size() && text[end] == ':') {
    const size_t format = end + 1;
    end = name_end(text, format);
    if (end == format) return 0;
  }
  return text.substr(end, 2) == "]]" ? end + 2 - at : 0;
}

}  // namespace

size_t variable_length(std::string_view text, size_t at) {
  const std::string_view start = text.substr(at, 2);
  if (start.size() < 2) return 0;
  if (start == "${") return braced_length(text, at);
  if (start == "[[") return bracketed_length(text, at);
  return start[0] == '$' ? (name_end(text, at + 1) == at + 1 ? 0 : name_end(text, at + 1) - at) : 0;
}

Variable read_variable(std::string_view text, size_t at, size_t length, uint32_t base) {
  Variable result;
  const std::string_view written = text.substr(at, length);
  result.written = written;
  result.in_value = static_cast<uint32_t>(at);
  result.span.begin = base + static_cast<uint32_t>(at);
  result.span.end = result.span.begin + static_cast<uint32_t>(length);
  const bool plain = written[0] == '$' && written[1] != '{';
  std::string_view inner = plain ? written.substr(1) : written.substr(2);
  if (!plain) inner.remove_suffix(written[0] == '$' ? 1 : 2);
  const size_t end = name_end(inner, 0);
  result.name = inner.substr(0, end);
  inner.remove_prefix(end);
  if (inner.starts_with('.')) {
    const size_t colon = std::min(inner.find(':'), inner.size());
    result.field = inner.substr(1, colon - 1);
    inner.remove_prefix(colon);
  }
  if (inner.starts_with(':')) result.format = inner.substr(1);
  return result;
}

bool only_variables(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = variable_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return !text.empty();
}

std::vector<Variable> find_variables(std::string_view text, uint32_t base) {
  std::vector<Variable> result;
  size_t at = text.find_first_of("$[");
  while (at < text.size()) {
    const size_t length = variable_length(text, at);
    if (length > 0) result.push_back(read_variable(text, at, length, base));
    at = text.find_first_of("$[", at + std::max<size_t>(length, 1));
  }
  return result;
}

}  // namespace logql
