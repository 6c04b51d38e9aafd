#include "components/otelcol/exporter_prometheus/names.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/text.h"

namespace components::otelcol::exporter_prometheus {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr Word kUnits[] = {
    {"d", "days"},          {"h", "hours"},
    {"min", "minutes"},     {"s", "seconds"},
    {"ms", "milliseconds"}, {"us", "microseconds"},
    {"ns", "nanoseconds"},  {"By", "bytes"},
    {"KiBy", "kibibytes"},  {"MiBy", "mebibytes"},
    {"GiBy", "gibibytes"},  {"TiBy", "tibibytes"},
    {"KBy", "kilobytes"},   {"MBy", "megabytes"},
    {"GBy", "gigabytes"},   {"TBy", "terabytes"},
    {"m", "meters"},        {"V", "volts"},
    {"A", "amperes"},       {"J", "joules"},
    {"W", "watts"},         {"g", "grams"},
    {"Cel", "celsius"},     {"Hz", "hertz"},
    {"%", "percent"},       {"1", ""},
};
constexpr Word kRates[] = {{"s", "second"}, {"m", "minute"}, {"h", "hour"}, {"d", "day"},
                           {"w", "week"},   {"mo", "month"}, {"y", "year"}};

constexpr bool is_kept(char c) {
  return base::is_letter(c) || base::is_digit(c);
}

/// The words of a text, which all other characters separate.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool is_inside = false;
  for (const char c : text) {
    if (is_kept(c) && !is_inside) words.emplace_back();
    is_inside = is_kept(c);
    if (is_inside) words.back() += c;
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += '_';
    text += word;
  }
  return text;
}

/// The word for a unit; a unit that is not known is a word itself, without what words cannot have.
/// One in braces says what is counted, not in what.
std::string word_of(std::string_view unit, std::span<const Word> known) {
  unit = base::trimmed(unit);
  if (unit.find_first_of("{}") != std::string_view::npos) return {};
  const auto found = std::ranges::find(known, unit, &Word::first);
  return found != known.end() ? std::string(found->second) : joined(words_of(unit));
}

void add_units(std::vector<std::string>& words, std::string_view unit) {
  const size_t slash = unit.find('/');
  const std::string main = word_of(unit.substr(0, slash), kUnits);
  const std::string rate =
      slash == std::string_view::npos ? "" : word_of(unit.substr(slash + 1), kRates);
  const auto has = [&](const std::string& word) {
    return std::ranges::find(words, word) != words.end();
  };
  const bool adds_main = !main.empty() && !has(main);
  const bool adds_rate = !rate.empty() && !has(rate);
  if (adds_main) words.push_back(main);
  if (adds_rate) words.insert(words.end(), {"per", rate});
}

std::string without_digit_in_front(std::string name) {
  if (!name.empty() && base::is_digit(name.front())) name.insert(0, "_");
  return name;
}

std::string plain_name(std::string_view name) {
  std::string plain;
  bool needs_separator = false;
  for (const char c : name) {
    if (!is_kept(c) && c != '_' && c != ':') {
      needs_separator = !plain.empty();
      continue;
    }
    if (needs_separator) plain += '_';
    needs_separator = false;
    plain += c;
  }
  return plain;
}

}  // namespace

std::string metric_name(const MetricName& metric, bool has_suffixes) {
  if (!has_suffixes) return without_digit_in_front(plain_name(metric.name));
  std::vector<std::string> words = words_of(metric.name);
  if (words.empty()) return {};
  add_units(words, metric.unit);
  const auto end_in = [&](std::string_view word) {
    std::erase(words, word);
    words.emplace_back(word);
  };
  if (metric.is_counter) end_in("total");
  if (metric.is_gauge && metric.unit == "1") end_in("ratio");
  return without_digit_in_front(joined(words));
}

std::string label_name(std::string_view attribute) {
  std::string name;
  while (!attribute.empty()) {
    const char c = attribute.front();
    name += is_kept(c) ? c : '_';
    attribute.remove_prefix(base::first_utf8(attribute).size);
  }
  if (name.empty()) return name;
  if (base::is_digit(name.front())) return "key_" + name;
  return name.front() == '_' && !name.starts_with("__") ? "key" + name : name;
}

}  // namespace components::otelcol::exporter_prometheus
