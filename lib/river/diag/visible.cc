#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "river/diag/render.h"

namespace river::diag {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr uint32_t kPictures = 0x2400;

/// Copies what is harmless; the rest through `put`(out, code), what is no UTF-8 as U+FFFD.
template <class Put>
std::string copied(std::string_view text, const Put& put) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const base::Utf8Char next = base::first_utf8(text);
    if (!next.valid)
      out += kReplacement;
    else if (is_hidden(next.code_point))
      put(out, next.code_point);
    else
      out += text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  return out;
}

void spell(std::string& out, uint32_t code) {
  fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", code);
}

}  // namespace

bool is_hidden(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

std::string visible(std::string_view text) {
  return copied(text, [](std::string& out, uint32_t code) {
    if (code == '\n' || code == '\t')
      out += static_cast<char>(code);
    else
      spell(out, code);
  });
}

std::string visible_line(std::string_view text) {
  return copied(text, [](std::string& out, uint32_t code) {
    if (code == '\n' || code == '\t')
      out += ' ';
    else
      spell(out, code);
  });
}

std::string in_columns(std::string_view text) {
  return copied(text, [](std::string& out, uint32_t code) {
    if (code < 0x20)
      base::append_utf8(out, kPictures + code);
    else
      out += kReplacement;
  });
}

}  // namespace river::diag
