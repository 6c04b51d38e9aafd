#include <algorithm>
#include <charconv>
#include <iterator>

#include "river/stdlib/format.h"
#include "river/text.h"
#include "river/value.h"

namespace river::stdlib {

namespace {

size_t count_code_points(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(first_code_point(text).bytes);
  return count;
}

std::string_view first_code_points(std::string_view text, size_t count) {
  size_t bytes = 0;
  for (; count > 0 && bytes < text.size(); --count)
    bytes += first_code_point(text.substr(bytes)).bytes;
  return text.substr(0, bytes);
}

void append_escaped(uint32_t code, std::string& out) {
  if (code < 0x10000)
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  else
    fmt::format_to(std::back_inserter(out), "\\U{:08x}", code);
}

// Quoted text in which everything beyond ASCII is escaped.
std::string ascii_only(std::string_view quoted) {
  std::string out;
  while (!quoted.empty()) {
    const CodePoint point = first_code_point(quoted);
    if (point.value < 0x80)
      out += static_cast<char>(point.value);
    else
      append_escaped(point.value, out);
    quoted.remove_prefix(point.bytes);
  }
  return out;
}

bool can_backquote(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (!point.valid || point.value == 0xFEFF || point.value == '`' || point.value == 0x7F ||
        (point.value < 0x20 && point.value != '\t'))
      return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

std::string quoted(const FormatSpec& spec, std::string_view text) {
  if (spec.sharp && can_backquote(text)) return fmt::format("`{}`", text);
  return spec.plus ? ascii_only(quote(text)) : quote(text);
}

std::string hex(const FormatSpec& spec, std::string_view text, bool upper) {
  if (spec.precision >= 0) text = text.substr(0, static_cast<size_t>(spec.precision));
  const std::string_view prefix = !spec.sharp ? "" : upper ? "0X" : "0x";
  std::string out(text.empty() ? "" : prefix);
  for (size_t i = 0; i < text.size(); ++i) {
    if (spec.space && i > 0) out.append(" ").append(prefix);
    const auto byte = static_cast<uint8_t>(text[i]);
    if (upper)
      fmt::format_to(std::back_inserter(out), "{:02X}", byte);
    else
      fmt::format_to(std::back_inserter(out), "{:02x}", byte);
  }
  return out;
}

}  // namespace

void write_padded(const FormatSpec& spec, std::string_view text, std::string& out) {
  const size_t width = spec.width < 0 ? 0 : static_cast<size_t>(spec.width);
  const size_t size = width == 0 ? 0 : count_code_points(text);
  const size_t missing = width > size ? width - size : 0;
  if (!spec.minus) out.append(missing, spec.zero ? '0' : ' ');
  out += text;
  if (spec.minus) out.append(missing, ' ');
}

void write_text(const FormatSpec& spec, std::string_view text, char verb, std::string& out) {
  if (verb == 'x' || verb == 'X') return write_padded(spec, hex(spec, text, verb == 'X'), out);
  if (spec.precision >= 0) text = first_code_points(text, static_cast<size_t>(spec.precision));
  if (verb == 'q' || spec.sharp_v) return write_padded(spec, quoted(spec, text), out);
  write_padded(spec, text, out);
}

void write_code_point(const FormatSpec& spec, uint64_t code, char verb, std::string& out) {
  const bool valid = code <= 0x10FFFF;
  const auto point = static_cast<uint32_t>(valid ? code : kReplacement);
  std::string character;
  append_utf8(character, point);
  if (verb == 'c') return write_padded(spec, character, out);
  if (verb == 'q') {
    // Quoted as a string is, but for which of the two quotes needs a backslash.
    std::string inner = spec.plus ? ascii_only(quote(character)) : quote(character);
    inner = inner.substr(1, inner.size() - 2);
    if (inner == "\\\"") inner = "\"";
    if (inner == "'") inner = "\\'";
    return write_padded(spec, "'" + inner + "'", out);
  }
  std::string text = fmt::format("U+{:0{}X}", code, std::max(spec.precision, 4));
  if (spec.sharp && valid && is_printable(point)) text += fmt::format(" '{}'", character);
  FormatSpec padding = spec;
  padding.zero = false;
  write_padded(padding, text, out);
}

}  // namespace river::stdlib
