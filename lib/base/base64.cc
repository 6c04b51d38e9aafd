#include "base/base64.h"

#include <cstdint>

namespace base {

namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string_view letters(Base64 alphabet) {
  return alphabet == Base64::standard ? kStandard : kUrl;
}

}  // namespace

std::string base64_encode(std::string_view bytes, Base64 alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < group.size() ? static_cast<uint8_t>(group[k]) : 0);
    for (size_t k = 0; k < 4; ++k)
      out += k <= group.size() ? letters(alphabet)[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

Result<std::string> base64_decode(std::string_view text, Base64 alphabet, Padding wanted) {
  std::string out;
  uint32_t bits = 0;
  int letters_seen = 0;  // Of the current group of four.
  int padding = 0;
  const auto illegal = [](size_t at) { return fail("illegal base64 data at byte {}", at); };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' || c == '\n') continue;
    if (c == '=' && letters_seen >= 2 && letters_seen + padding < 4) {
      ++padding;
      continue;
    }
    const size_t value = letters(alphabet).find(c);
    if (value == std::string_view::npos || padding > 0) return illegal(i);
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++letters_seen < 4) continue;
    for (const int shift : {16, 8, 0}) out += static_cast<char>(bits >> shift & 0xFF);
    bits = 0;
    letters_seen = 0;
  }
  if (letters_seen == 0) return out;
  const bool is_padded = letters_seen + padding == 4;
  const bool may_lack = wanted == Padding::optional && padding == 0 && letters_seen >= 2;
  if (!is_padded && !may_lack) return illegal(text.size());
  padding = 4 - letters_seen;
  bits <<= 6 * padding;
  for (int k = 0; k < 3 - padding; ++k) out += static_cast<char>(bits >> (16 - 8 * k) & 0xFF);
  return out;
}

}  // namespace base
