#include "components/prometheus/shared/words.h"

#include <charconv>

#include "base/number.h"
#include "base/text.h"

namespace components::prometheus {

bool next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  line = take_until(text, '\n');
  return true;
}

std::string_view next_word(std::string_view& line) {
  size_t begin = 0;
  while (begin < line.size() && base::is_space(line[begin])) ++begin;
  size_t end = begin;
  while (end < line.size() && !base::is_space(line[end])) ++end;
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

void skip_words(std::string_view& line, size_t count) {
  for (; count > 0; --count) next_word(line);
}

std::string_view take_until(std::string_view& text, char end) {
  const size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == text.npos ? text.size() : at + 1);
  return taken;
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return base::is_space(c) || c == '\0'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> number_of(std::string_view text) {
  if (const auto integer = integer_of(text)) return static_cast<double>(*integer);
  return base::parse_float(text);
}

std::optional<uint64_t> integer_of(std::string_view text, int base) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

double next_number(std::string_view& line) {
  return number_of(next_word(line)).value_or(0);
}

std::string_view value_of(std::string_view text, std::string_view name) {
  std::string_view line;
  while (next_line(text, line)) {
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    if (line.empty() || !(line.front() == ':' || base::is_space(line.front()))) continue;
    if (line.front() == ':') line.remove_prefix(1);
    return trim(line);
  }
  return {};
}

}  // namespace components::prometheus
