#include "river/text.h"

#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <charconv>

namespace river {

namespace {

// The C library's Unicode tables, independent of the locale that the process runs in. Where a
// machine lacks C.UTF-8 (glibc before 2.35), only ASCII letters have a case.
locale_t unicode() {
  static const locale_t kLocale = [] {
    const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    return utf8 != locale_t{} ? utf8 : newlocale(LC_CTYPE_MASK, "C", locale_t{});
  }();
  return kLocale;
}

struct Range {
  uint32_t first;
  uint32_t last;
};

// Separators other than the plain space, format characters and private use: the C library calls
// them printable, Go does not.
constexpr Range kUnprintable[] = {
    {0xA0, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},
    {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
    {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE007F}, {0xF0000, 0x10FFFF},
};

char simple_escape(char letter) {
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
  const size_t i = kLetters.find(letter);
  return i == std::string_view::npos ? '\0' : kMeanings[i];
}

// Decodes the escape after a backslash; answers how many bytes it took.
size_t decode_escape(std::string_view rest, std::string& out) {
  if (const char c = simple_escape(rest.front()); c != '\0') {
    out += c;
    return 1;
  }
  const char letter = rest.front();
  const size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 3;
  const size_t start = digits == 3 ? 0 : 1;
  const auto number = rest.substr(start, digits);
  uint32_t value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value, digits == 3 ? 8 : 16);
  if (digits < 4)
    out += static_cast<char>(value);
  else
    append_utf8(out, value);
  return start + number.size();
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const uint32_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  uint32_t value = lead & (0xFFU >> (size + 1));
  for (uint32_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, size, true};
}

void append_utf8(std::string& out, uint32_t code_point) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | (code_point >> shift & 0x3F));
  };
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
    code_point = kReplacement;
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xE0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_printable(uint32_t code_point) {
  if (code_point < 0x80) return code_point >= 0x20 && code_point < 0x7F;
  const auto* range = std::lower_bound(std::begin(kUnprintable), std::end(kUnprintable), code_point,
                                       [](const Range& r, uint32_t c) { return r.last < c; });
  if (range != std::end(kUnprintable) && range->first <= code_point) return false;
  return iswprint_l(static_cast<wint_t>(code_point), unicode()) != 0;
}

bool is_space(uint32_t code_point) {
  return code_point == ' ' || (code_point >= 0x9 && code_point <= 0xD) || code_point == 0x85 ||
         code_point == 0xA0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x2028 ||
         code_point == 0x2029 || code_point == 0x202F || code_point == 0x205F ||
         code_point == 0x3000;
}

uint32_t to_upper(uint32_t code_point) {
  return towupper_l(static_cast<wint_t>(code_point), unicode());
}

uint32_t to_lower(uint32_t code_point) {
  return towlower_l(static_cast<wint_t>(code_point), unicode());
}

std::string unquote(std::string_view literal) {
  if (literal.empty()) return {};
  const bool raw = literal.front() == '`';
  const bool closed = literal.size() > 1 && literal.back() == literal.front();
  std::string_view rest = literal.substr(1, literal.size() - (closed ? 2 : 1));
  std::string out;
  out.reserve(rest.size());
  const char special = raw ? '\r' : '\\';
  while (!rest.empty()) {
    const size_t plain = std::min(rest.find(special), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    rest.remove_prefix(1);
    if (!raw && !rest.empty()) rest.remove_prefix(decode_escape(rest, out));
  }
  return out;
}

}  // namespace river
