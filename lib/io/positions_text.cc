#include "io/positions_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <utility>

namespace io {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kHeader = "tributary-positions 1\n";
constexpr std::string_view kEnd = "end ";
constexpr std::string_view kHex = "0123456789abcdef";

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
}

namespace {

/// The byte of one escape, whose text after the backslash is taken off `rest`.
std::optional<char> take_escape(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const char kind = rest.front();
  rest.remove_prefix(1);
  if (kind == '\\') return '\\';
  if (kind == 't') return '\t';
  if (kind == 'n') return '\n';
  if (kind == 'r') return '\r';
  if (kind != 'x' || rest.size() < 2) return std::nullopt;
  const size_t high = kHex.find(rest[0]), low = kHex.find(rest[1]);
  if (high == kHex.npos || low == kHex.npos) return std::nullopt;
  rest.remove_prefix(2);
  return static_cast<char>(high << 4 | low);
}

}  // namespace

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out += c;
    } else if (const auto byte = take_escape(text)) {
      out += *byte;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

uint32_t crc_of(std::string_view bytes) {
  return static_cast<uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

namespace {

std::string closing_line(size_t count, std::string_view above) {
  return fmt::format("{}{} {:08x}\n", kEnd, count, crc_of(above));
}

}  // namespace

std::string format_positions(const Entries& entries) {
  std::string text(kHeader);
  for (const auto& [key, value] : entries) {
    append_escaped(text, key);
    text += '\t';
    append_escaped(text, value);
    text += '\n';
  }
  return text + closing_line(entries.size(), text);
}

base::Result<Entries> parse_positions(std::string_view text) {
  if (!text.starts_with(kHeader)) return base::fail("not a positions file of version 1");
  if (text.back() != '\n') return base::fail("torn: the last line is not complete");
  const size_t last = text.rfind('\n', text.size() - 2) + 1;
  const std::string_view body = text.substr(0, last);
  Entries entries;
  for (size_t at = kHeader.size(); at < body.size();) {
    const size_t end = body.find('\n', at);
    const std::string_view line = body.substr(at, end - at);
    at = end + 1;
    const size_t tab = line.find('\t');
    if (tab == line.npos) return base::fail("an entry without value: \"{}\"", line);
    auto key = unescaped(line.substr(0, tab)), value = unescaped(line.substr(tab + 1));
    if (!key || !value) return base::fail("a bad escape in \"{}\"", line);
    entries.insert_or_assign(std::move(*key), std::move(*value));
  }
  if (text.substr(last) != closing_line(entries.size(), body))
    return base::fail("torn or corrupt: the checksum does not fit");
  return entries;
}

}  // namespace io
