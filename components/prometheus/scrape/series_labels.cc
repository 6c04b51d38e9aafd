#include "components/prometheus/scrape/series_labels.h"

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "base/text.h"

namespace components::prometheus::scrape {

using telemetry::LabelView;
using telemetry::wire::MetricType;

namespace {

constexpr std::string_view kMetricName = "__name__";
constexpr std::string_view kExported = "exported_";

bool has_name(const std::vector<LabelView>& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(),
                     [&](const LabelView& label) { return label.name == name; });
}

bool is_legacy_metric_name(std::string_view name) {
  if (name.empty() || base::is_digit(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return base::is_letter(c) || base::is_digit(c) || c == '_' || c == ':';
  });
}

}  // namespace

base::Result<std::vector<LabelView>> SeriesLabels::merge(std::string_view metric,
                                                         const std::vector<LabelView>& exposed,
                                                         MetricType type) {
  if (rules_.allow_utf8 ? !base::is_utf8(metric) : !is_legacy_metric_name(metric))
    return base::fail("\"{}\" is not a legal name of a metric", metric);
  names_.clear();
  names_.reserve(exposed.size());  // Views of them are handed out.
  std::vector<LabelView> out;
  out.push_back({kMetricName, metric});
  for (const LabelView& label : exposed) {
    if (label.value.empty() || label.name == kMetricName) continue;
    const std::string_view name = rules_.honor_labels || rules_.target.get(label.name).empty()
                                      ? label.name
                                      : free_name(label.name, exposed);
    out.push_back({name, normalised(label, type)});
  }
  for (const auto& [name, value] : rules_.target.all())
    if (!has_name(out, name)) out.push_back({name, value});
  std::sort(out.begin(), out.end(),
            [](const LabelView& a, const LabelView& b) { return a.name < b.name; });
  if (auto checked = check(out); !checked) return tl::unexpected(checked.error());
  return out;
}

/// The name that an exposed label gets when the target has one of that name: exported_, as often as
/// it takes.
std::string_view SeriesLabels::free_name(std::string_view name,
                                         const std::vector<LabelView>& exposed) {
  std::string& free = names_.emplace_back(name);
  do free.insert(0, kExported);
  while (!rules_.target.get(free).empty() || has_name(exposed, free));
  return free;
}

/// le="1" and le="1.0" are one bucket: a number there is written as OpenMetrics writes it.
std::string_view SeriesLabels::normalised(const LabelView& label, MetricType type) {
  const bool is_bound = (type == MetricType::histogram && label.name == "le") ||
                        (type == MetricType::summary && label.name == "quantile");
  if (!is_bound) return label.value;
  const auto number = base::parse_float(label.value);
  if (!number) return label.value;
  number_.clear();
  base::append_float(number_, *number);
  if (number_.find_first_of(".eIN") == std::string::npos) number_ += ".0";
  return number_;
}

base::Result<void> SeriesLabels::check(const std::vector<LabelView>& labels) const {
  const LabelLimits& limits = rules_.limits;
  if (limits.labels > 0 && labels.size() > limits.labels)
    return base::fail("a series has {} labels, more than label_limit {}", labels.size(),
                      limits.labels);
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto& [name, value] = labels[i];
    if (i > 0 && name == labels[i - 1].name)
      return base::fail("a series has the label \"{}\" twice", name);
    if (!rules_.allow_utf8 && !base::is_label_name(name))
      return base::fail("\"{}\" is not a legal name of a label", name);
    if (limits.name_bytes > 0 && name.size() > limits.name_bytes)
      return base::fail("the name of the label \"{}\" is longer than label_name_length_limit {}",
                        name, limits.name_bytes);
    if (limits.value_bytes > 0 && value.size() > limits.value_bytes)
      return base::fail("the value of the label \"{}\" is longer than label_value_length_limit {}",
                        name, limits.value_bytes);
  }
  return {};
}

}  // namespace components::prometheus::scrape
