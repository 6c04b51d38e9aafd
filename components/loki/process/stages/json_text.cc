#include "components/loki/process/stages/json_text.h"

#include <charconv>

#include "river/value.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {
namespace {

uint32_t hex4(std::string_view digits) {
  uint32_t code = 0;
  std::from_chars(digits.data(), digits.data() + 4, code, 16);
  return code;
}

/// Removes \uXXXX, or a pair of them, from the front of `raw`.
uint32_t take_code_point(std::string_view& raw) {
  const uint32_t code = hex4(raw.substr(2));
  raw.remove_prefix(6);
  if (code < 0xD800 || code > 0xDFFF) return code;
  if (code > 0xDBFF || raw.size() < 6 || !raw.starts_with("\\u")) return 0xFFFD;
  const uint32_t low = hex4(raw.substr(2));
  if (low < 0xDC00 || low > 0xDFFF) return 0xFFFD;
  raw.remove_prefix(6);
  return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace

std::string unescape_json(std::string_view raw) {
  constexpr std::string_view kLetters = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  std::string out;
  while (!raw.empty()) {
    const size_t plain = raw.find('\\');
    out += raw.substr(0, plain);
    if (plain == std::string_view::npos) break;
    raw.remove_prefix(plain);
    if (raw[1] == 'u') {
      telemetry::append_utf8(out, take_code_point(raw));
      continue;
    }
    const size_t letter = kLetters.find(raw[1]);
    out += letter == std::string_view::npos ? raw[1] : kMeanings[letter];
    raw.remove_prefix(2);
  }
  return out;
}

std::string compact_json(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  bool in_string = false;
  for (size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (in_string || !space) out += c;
    if (c == '\\' && in_string)
      out += raw[++i];
    else if (c == '"')
      in_string = !in_string;
  }
  return out;
}

bool is_plain_json_number(std::string_view raw) {
  const std::string_view digits = raw.substr(raw.starts_with('-') ? 1 : 0);
  if (digits.size() > 15 || (digits == "0" && raw.size() > 1)) return false;
  for (const char c : digits)
    if (c < '0' || c > '9') return false;
  return true;
}

std::string json_number_text(std::string_view raw) {
  double number = 0;
  const auto error = std::from_chars(raw.data(), raw.data() + raw.size(), number).ec;
  if (error != std::errc{}) return std::string(raw);
  return river::number_to_text(river::Number::of(number));
}

}  // namespace components::loki::process::stages
