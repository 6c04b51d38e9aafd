// The lines of an exposition that begin with #: a part of ExpositionReader.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "telemetry/wire/exposition.h"

namespace telemetry::wire {
namespace {

constexpr std::pair<std::string_view, MetricType> kTextTypes[] = {
    {"counter", MetricType::counter},     {"gauge", MetricType::gauge},
    {"histogram", MetricType::histogram}, {"summary", MetricType::summary},
    {"untyped", MetricType::unknown},
};
constexpr std::pair<std::string_view, MetricType> kOpenMetricsTypes[] = {
    {"counter", MetricType::counter},     {"gauge", MetricType::gauge},
    {"histogram", MetricType::histogram}, {"gaugehistogram", MetricType::gauge_histogram},
    {"summary", MetricType::summary},     {"info", MetricType::info},
    {"stateset", MetricType::stateset},   {"unknown", MetricType::unknown},
};

/// A unit is what the name of the family ends with, after an underscore.
bool is_unit_of(std::string_view unit, std::string_view family) {
  return unit.empty() || (family.size() > unit.size() && family.ends_with(unit) &&
                          family[family.size() - unit.size() - 1] == '_');
}

}  // namespace

/// `series` when the comment says nothing.
// text format:  "#" { blank } ( ( "HELP" | "TYPE" ) blank metadata | anything )
// OpenMetrics:  "# " ( "HELP " | "TYPE " | "UNIT " ) metadata | "# EOF"
ExpositionReader::Item ExpositionReader::read_comment() {
  static constexpr std::pair<std::string_view, Item> kKeywords[] = {
      {"HELP", Item::help}, {"TYPE", Item::type}, {"UNIT", Item::unit}};
  take('#');
  if (is_open_metrics()) {
    if (is_at(" EOF")) return read_eof();
    for (const auto& [keyword, item] : kKeywords)
      if (is_at(" ") && body_.substr(at_ + 1).starts_with(keyword) &&
          body_.substr(at_ + 1 + keyword.size()).starts_with(' ')) {
        at_ += keyword.size() + 2;
        return read_metadata(item);
      }
    return failed("expected HELP, TYPE, UNIT or EOF after #");
  }
  if (is_at(' ') || is_at('\t')) {
    skip_blanks();
    for (const auto& [keyword, item] : kKeywords) {
      const std::string_view rest = body_.substr(at_);
      if (item == Item::unit || !rest.starts_with(keyword)) continue;
      const std::string_view after = rest.substr(keyword.size());
      if (!after.starts_with(' ') && !after.starts_with('\t')) continue;
      at_ += keyword.size();
      skip_blanks();
      return read_metadata(item);
    }
  }
  at_ = std::min(body_.find('\n', at_), body_.size());
  take('\n');
  return Item::series;
}

// metadata = ( name | quoted ) blank text
ExpositionReader::Item ExpositionReader::read_metadata(Item item) {
  const auto quoted = take_quoted();
  name_ = quoted ? *quoted : take_name(true);
  if (name_.empty()) return failed("expected the name of a metric");
  std::string_view text = take_word("\n");
  if (is_open_metrics() && (!is_at('\n') || !text.starts_with(' ')))
    return failed("expected a blank after the name of a metric");
  if (!text.empty()) text.remove_prefix(1);
  if (item == Item::type) {
    if (const Item read = read_type(text); read == Item::failed) return read;
  } else if (!base::is_utf8(text)) {
    return failed("the text is not UTF-8");
  } else if (item == Item::unit) {
    if (!is_unit_of(text, name_)) return failed("the name of the metric does not end in its unit");
    text_ = text;
  } else {
    text_ = unescape(text, is_open_metrics() ? R"(\"n)" : R"(\n)");
  }
  take('\n');
  return item;
}

ExpositionReader::Item ExpositionReader::read_type(std::string_view word) {
  const auto find = [&](const auto& types) {
    for (const auto& [name, type] : types)
      if (name == word) {
        type_ = type;
        return true;
      }
    return false;
  };
  if (is_open_metrics() ? find(kOpenMetricsTypes) : find(kTextTypes)) return Item::type;
  at_ -= word.size();
  return failed("expected the type of a metric");
}

ExpositionReader::Item ExpositionReader::read_eof() {
  take(" EOF");
  take('\n');
  return is_end() ? Item::end : failed("nothing may follow # EOF");
}

}  // namespace telemetry::wire
