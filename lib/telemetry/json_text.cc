#include "telemetry/json_text.h"

#include <fmt/format.h>

#include <iterator>

#include "telemetry/utf8.h"

namespace telemetry {

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

}  // namespace telemetry
