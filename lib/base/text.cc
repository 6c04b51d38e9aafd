#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace base {
namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

constexpr uint64_t kHighBits = 0x8080808080808080;

/// Whether fewer than eight bytes are all ASCII: the ends of most texts, at once.
bool is_short_ascii(std::string_view text) {
  const size_t size = text.size();
  if (size >= sizeof(uint32_t)) {
    uint32_t first = 0;
    uint32_t last = 0;  // Overlaps the first four.
    std::memcpy(&first, text.data(), sizeof first);
    std::memcpy(&last, text.data() + size - sizeof last, sizeof last);
    return ((first | last) & kHighBits) == 0;
  }
  return size == 0 || ((text[0] | text[size / 2] | text[size - 1]) & 0x80) == 0;
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

bool equal_in_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

Utf8Char first_utf8(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  uint32_t code = lead & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if (!is_continuation(at(i))) return {};
    code = (code << 6) | (at(i) & 0x3FU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {};
  return {code, size, true};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    uint64_t eight = 0;
    if (text.size() >= sizeof eight) {
      std::memcpy(&eight, text.data(), sizeof eight);
      if ((eight & kHighBits) == 0) {
        text.remove_prefix(sizeof eight);
        continue;
      }
    } else if (is_short_ascii(text)) {
      return true;
    }
    const Utf8Char next = first_utf8(text);
    if (!next.valid) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

void append_utf8(std::string& out, uint32_t code_point) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0 | (code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '"';
  while (!text.empty()) {
    const char byte = text.front();
    const Utf8Char next = first_utf8(text);
    if (const size_t i = kEscaped.find(byte); i != std::string_view::npos)
      (out += '\\') += kLetters[i];
    else if (!next.valid)
      append_utf8(out, 0xFFFD);
    else if (next.code_point < 0x20)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", next.code_point);
    else
      out += text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  out += '"';
}

}  // namespace base
