#include "telemetry/line_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/number.h"
#include "base/text.h"

namespace telemetry {
namespace {

std::string_view type_name(MetricSpec::Type type) {
  switch (type) {
    case MetricSpec::Type::counter:
      return "counter";
    case MetricSpec::Type::gauge:
      return "gauge";
    case MetricSpec::Type::histogram:
      break;
  }
  return "histogram";
}

/// As the format has it, without quotes; what is not UTF-8 would spoil the whole page.
void append_metric_text(std::string& out, std::string_view text, bool is_quoted) {
  while (!text.empty()) {
    const base::Utf8Char next = base::first_utf8(text);
    if (!next.valid) {
      base::append_utf8(out, next.code_point);
    } else if (text[0] == '\n') {
      out += "\\n";
    } else {
      if (text[0] == '\\' || (is_quoted && text[0] == '"')) out += '\\';
      out += text.substr(0, next.size);
    }
    text.remove_prefix(next.size);
  }
}

void append_metric_label(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() ? '{' : ',';
  out += name;
  out += "=\"";
  append_metric_text(out, value, true);
  out += '"';
}

void append_metric_line(std::string& out, std::string_view name, std::string_view labels,
                        double number) {
  out += name;
  out += labels;
  out += ' ';
  base::append_float(out, number);
  out += '\n';
}

}  // namespace

/// Labels that begin with __ are for the agent alone, and some names are no labels in Prometheus or
/// are taken.
std::string MetricFamily::text_of(const Labels& labels) const {
  std::string text;
  append_metric_label(text, "component_id", spec_.component);
  const bool is_histogram = spec_.type == MetricSpec::Type::histogram;
  for (const auto& [name, value] : labels.all()) {
    if (name.starts_with("__") || !base::is_label_name(name)) continue;
    if (name == "component_id" || (is_histogram && name == "le")) continue;
    append_metric_label(text, name, value);
  }
  return text + '}';
}

MetricFamily::Series* MetricFamily::series_of(const Labels& labels) {
  std::string text = text_of(labels);
  const auto found = series_.find(text);
  if (found != series_.end()) return &found->second;
  if (series_.size() >= kSeriesMax) return nullptr;
  Series& made = series_[std::move(text)];
  if (spec_.type == MetricSpec::Type::histogram) made.counts.resize(spec_.buckets.size() + 1);
  return &made;
}

size_t MetricFamily::apply(Step step, std::span<const Update> updates,
                           std::span<const Labels> label_sets, Clock::time_point now) {
  base::Lock lock(mutex_);
  known_.assign(label_sets.size(), nullptr);
  size_t lost = 0;
  for (const Update& update : updates) {
    const double number = update.number;
    Series*& series = known_[update.labels];
    if (series == nullptr) series = series_of(label_sets[update.labels]);
    if (series == nullptr) {
      ++lost;
      continue;
    }
    series->used = now;
    series->number = step == Step::set ? number : series->number + number;
    if (step != Step::observe) continue;
    const auto above = [&](double bound) { return number <= bound; };
    ++series->counts[static_cast<size_t>(std::ranges::find_if(spec_.buckets, above) -
                                         spec_.buckets.begin())];
  }
  return lost;
}

void MetricFamily::expose_histogram(std::string& out, const std::string& labels,
                                    const Series& series) const {
  const std::string_view open = std::string_view(labels).substr(0, labels.size() - 1);
  uint64_t count = 0;
  for (size_t i = 0; i < series.counts.size(); ++i) {
    count += series.counts[i];
    fmt::format_to(std::back_inserter(out), "{}_bucket{},le=\"", spec_.name, open);
    base::append_float(
        out, i < spec_.buckets.size() ? spec_.buckets[i] : std::numeric_limits<double>::infinity());
    fmt::format_to(std::back_inserter(out), "\"}} {}\n", count);
  }
  append_metric_line(out, spec_.name + "_sum", labels, series.number);
  append_metric_line(out, spec_.name + "_count", labels, static_cast<double>(count));
}

void MetricFamily::expose(std::string& out, Clock::time_point now) {
  base::Lock lock(mutex_);
  for (const auto& [labels, series] : series_)
    if (spec_.type == MetricSpec::Type::histogram)
      expose_histogram(out, labels, series);
    else
      append_metric_line(out, spec_.name, labels, series.number);
  std::erase_if(series_, [&](const auto& one) { return now - one.second.used >= spec_.max_idle; });
}

MetricFamilies& MetricFamilies::of_process() {
  static MetricFamilies families;
  return families;
}

std::shared_ptr<MetricFamily> MetricFamilies::share(MetricSpec spec) {
  base::Lock lock(mutex_);
  OfName& of_name = families_[spec.name];
  std::erase_if(of_name, [](const auto& one) { return one.second.expired(); });
  auto& place = of_name[spec.component];
  if (auto held = place.lock(); held && held->spec() == spec) return held;
  for (const auto& [component, other] : of_name)
    if (const auto held = other.lock();
        held && component != spec.component && held->spec().type != spec.type)
      return nullptr;
  auto made = std::make_shared<MetricFamily>(std::move(spec));
  place = made;
  return made;
}

std::string MetricFamilies::expose(Clock::time_point now) {
  base::Lock lock(mutex_);
  std::string out;
  for (auto place = families_.begin(); place != families_.end();) {
    auto& [name, of_name] = *place;
    std::erase_if(of_name, [](const auto& one) { return one.second.expired(); });
    if (of_name.empty()) {
      place = families_.erase(place);
      continue;
    }
    ++place;
    std::string series;
    std::shared_ptr<MetricFamily> any;
    for (const auto& [component, family] : of_name) {
      const auto held = family.lock();
      if (!held) continue;
      held->expose(series, now);
      any = held;
    }
    if (series.empty()) continue;
    fmt::format_to(std::back_inserter(out), "# HELP {} ", name);
    append_metric_text(out, any->spec().help, false);
    fmt::format_to(std::back_inserter(out), "\n# TYPE {} {}\n", name, type_name(any->spec().type));
    out += series;
  }
  return out;
}

}  // namespace telemetry
