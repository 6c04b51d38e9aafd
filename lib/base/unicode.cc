#include "base/unicode.h"

#include <fmt/format.h>
#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace base {
namespace {

/// nullptr: the machine has no C.UTF-8.
locale_t unicode_locale() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
  return kLocale;
}

struct CodePointRange {
  uint32_t first;
  uint32_t last;
};

// Separators other than the plain space, controls, format characters and private use: the C library
// calls most of them printable, Go does not.
constexpr CodePointRange kUnprintable[] = {
    {0x00, 0x1F},       {0x7F, 0xA0},        {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},     {0x6DD, 0x6DD},      {0x70F, 0x70F},     {0x890, 0x891},
    {0x8E2, 0x8E2},     {0x1680, 0x1680},    {0x180E, 0x180E},   {0x2000, 0x200F},
    {0x2028, 0x202F},   {0x205F, 0x206F},    {0x3000, 0x3000},   {0xD800, 0xF8FF},
    {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},    {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F},  {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
    {0xE0001, 0xE007F}, {0xF0000, 0x10FFFF},
};

void append_escaped(std::string& out, const Utf8Char& next, std::string_view bytes) {
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  const auto to = std::back_inserter(out);
  if (!next.valid)
    fmt::format_to(to, "\\x{:02x}", static_cast<unsigned char>(bytes.front()));
  else if (const size_t i = kEscaped.find(bytes.front()); i != std::string_view::npos)
    (out += '\\') += kLetters[i];
  else if (is_printable(next.code_point))
    out += bytes;
  else if (next.code_point < 0x80)
    fmt::format_to(to, "\\x{:02x}", next.code_point);
  else if (next.code_point < 0x10000)
    fmt::format_to(to, "\\u{:04x}", next.code_point);
  else
    fmt::format_to(to, "\\U{:08x}", next.code_point);
}

}  // namespace

bool is_printable(uint32_t code_point) {
  if (code_point < 0x7F) return code_point >= 0x20;
  const auto* range = std::lower_bound(
      std::begin(kUnprintable), std::end(kUnprintable), code_point,
      [](const CodePointRange& candidate, uint32_t c) { return candidate.last < c; });
  if (range != std::end(kUnprintable) && range->first <= code_point) return false;
  const locale_t locale = unicode_locale();
  return locale == locale_t{} || iswprint_l(static_cast<wint_t>(code_point), locale) != 0;
}

uint32_t to_upper_code_point(uint32_t code_point) {
  if (code_point < 0x80)
    return code_point >= 'a' && code_point <= 'z' ? code_point - 'a' + 'A' : code_point;
  const locale_t locale = unicode_locale();
  return locale == locale_t{} ? code_point : towupper_l(static_cast<wint_t>(code_point), locale);
}

uint32_t to_lower_code_point(uint32_t code_point) {
  if (code_point < 0x80)
    return code_point >= 'A' && code_point <= 'Z' ? code_point - 'A' + 'a' : code_point;
  const locale_t locale = unicode_locale();
  return locale == locale_t{} ? code_point : towlower_l(static_cast<wint_t>(code_point), locale);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char byte = text.front();
    if (byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\') {
      out += byte;
      text.remove_prefix(1);
      continue;
    }
    const Utf8Char next = first_utf8(text);
    append_escaped(out, next, text.substr(0, next.size));
    text.remove_prefix(next.size);
  }
  out += '"';
}

}  // namespace base
