#include "components/loki/process/stages/metrics.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "components/loki/process/stages/stage.h"
#include "river/schema/text.h"
#include "telemetry/line_metrics.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;
using telemetry::MetricFamilies;
using telemetry::MetricFamily;
using telemetry::MetricSpec;

namespace {

constexpr std::string_view kPrefix = "loki_process_custom_";
/// What the agent's own metrics, and those of every process, begin with.
constexpr std::array<std::string_view, 7> kTaken = {
    "tributary_", "loki_", "prometheus_", "otelcol_", "pyroscope_", "process_", "go_"};

std::string name_of(const MetricCommon& common) {
  return (common.prefix.empty() ? std::string(kPrefix) : common.prefix) + common.name;
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && !base::is_digit(name[0]) &&
         std::ranges::all_of(name, [](char c) { return base::is_word(c) || c == ':'; });
}

constexpr schema::Field kMetricCommonFields[] = {
    schema::attr<&MetricCommon::name>("name", Need::required, "Name after the prefix."),
    schema::attr<&MetricCommon::description>("description", Need::optional, "Help text."),
    schema::attr<&MetricCommon::source>("source", Need::optional,
                                        "Extracted value; else the name."),
    schema::attr<&MetricCommon::prefix>("prefix", Need::optional,
                                        "What the name begins with; else loki_process_custom_."),
    schema::attr<&MetricCommon::max_idle_duration>(
        "max_idle_duration", Need::optional,
        "Time without an entry after which a series is removed."),
    schema::attr<&MetricCommon::value>("value", Need::optional, "Text that the source must equal."),
};

void validate_common(const MetricCommon& common, schema::Scope& scope) {
  if (scope.known("max_idle_duration") && common.max_idle_duration.value < std::chrono::seconds(1))
    scope.error("max_idle_duration", "C088", "max_idle_duration must be at least 1s");
  if (!scope.known({"name", "prefix"})) return;
  const std::string name = name_of(common);
  if (!is_metric_name(name)) {
    scope.error("name", "C122", "\"{}\" is not the name of a metric", name)
        .with_help("letters, digits, _ and : make a name, and no digit begins it");
  } else if (!name.starts_with(kPrefix) &&
             std::ranges::any_of(kTaken, [&](auto prefix) { return name.starts_with(prefix); })) {
    scope.error("name", "C122", "\"{}\" begins as metrics of the agent do", name)
        .with_help("leave prefix out, or write another");
  }
}
constexpr schema::BlockSchema kMetricCommon =
    schema::schema_of<MetricCommon, validate_common>(kMetricCommonFields);

constexpr schema::Field kCounterFields[] = {
    schema::squash<&CounterMetric::common>(kMetricCommon),
    schema::attr<&CounterMetric::action>("action", Need::required, "inc or add."),
    schema::attr<&CounterMetric::match_all>("match_all", Need::optional, "Count every entry."),
    schema::attr<&CounterMetric::count_entry_bytes>("count_entry_bytes", Need::optional,
                                                    "Add the length of the line."),
};

void validate_counter(const CounterMetric& counter, schema::Scope& scope) {
  if (scope.known({"match_all", "value"}) && counter.match_all && !counter.common.value.empty())
    scope.error("match_all", "C043", "match_all and value exclude each other");
  if (scope.known({"count_entry_bytes", "match_all", "action"}) && counter.count_entry_bytes &&
      !(counter.match_all && counter.action == CounterAction::add))
    scope.error("count_entry_bytes", "C083",
                "count_entry_bytes needs match_all = true and action = \"add\"");
}
constexpr schema::BlockSchema kCounterMetric =
    schema::schema_of<CounterMetric, validate_counter>(kCounterFields);

constexpr schema::Field kGaugeFields[] = {
    schema::squash<&GaugeMetric::common>(kMetricCommon),
    schema::attr<&GaugeMetric::action>("action", Need::required, "set, inc, dec, add or sub."),
};
constexpr schema::BlockSchema kGaugeMetric = schema::schema_of(kGaugeFields);

constexpr schema::Field kHistogramFields[] = {
    schema::squash<&HistogramMetric::common>(kMetricCommon),
    schema::attr<&HistogramMetric::buckets>("buckets", Need::required,
                                            "Upper bounds of the buckets."),
};

void validate_histogram(const HistogramMetric& histogram, schema::Scope& scope) {
  const auto& buckets = histogram.buckets;
  if (scope.known("buckets") &&
      std::ranges::adjacent_find(buckets, std::ranges::greater_equal()) != buckets.end())
    scope.error("buckets", "C088", "buckets must be given from the least to the greatest");
}
constexpr schema::BlockSchema kHistogramMetric =
    schema::schema_of<HistogramMetric, validate_histogram>(kHistogramFields);

constexpr schema::Field kMetricsFields[] = {
    schema::variant_block<&MetricsArgs::metrics, CounterMetric>(
        "metric.counter", "A number that only grows.", kCounterMetric),
    schema::variant_block<&MetricsArgs::metrics, GaugeMetric>(
        "metric.gauge", "A number that goes up and down.", kGaugeMetric),
    schema::variant_block<&MetricsArgs::metrics, HistogramMetric>(
        "metric.histogram", "Numbers by bucket.", kHistogramMetric),
};

const MetricCommon& common_of(const auto& metric) {
  return std::visit([](const auto& one) -> const MetricCommon& { return one.common; }, metric);
}

void validate(const MetricsArgs& args, schema::Scope& scope) {
  std::set<std::string> names;
  for (const auto& metric : args.metrics) {
    const MetricCommon& common = common_of(metric);
    if (!common.name.empty() && !names.insert(name_of(common)).second)
      scope.error("", "C122", "two metrics of this stage have the name \"{}\"", name_of(common));
  }
}

/// A metric and what lines do to it.
class LineMetric {
 public:
  LineMetric(const CounterMetric& metric, Build& build)
      : LineMetric(MetricSpec::Type::counter, metric.common, {}, build) {
    match_all_ = metric.match_all;
    counts_bytes_ = metric.count_entry_bytes;
    takes_number_ = metric.action == CounterAction::add && !match_all_;
  }
  LineMetric(const GaugeMetric& metric, Build& build)
      : LineMetric(MetricSpec::Type::gauge, metric.common, {}, build) {
    using enum GaugeAction;
    takes_number_ = metric.action != inc && metric.action != dec;
    sign_ = metric.action == dec || metric.action == sub ? -1 : 1;
    if (metric.action == set) step_ = MetricFamily::Step::set;
  }
  LineMetric(const HistogramMetric& metric, Build& build)
      : LineMetric(MetricSpec::Type::histogram, metric.common, metric.buckets, build) {
    takes_number_ = true;
    step_ = MetricFamily::Step::observe;
  }

  /// Gives back how many lines had labels for which there was no room.
  size_t process(const Frame& frame) {
    if (!family_) return 0;
    updates_.clear();
    for (const uint32_t row : frame.rows)
      if (const auto number = number_of(frame, row))
        updates_.push_back({frame.batch.entries[row].labels, *number});
    if (updates_.empty()) return 0;
    return family_->apply(step_, updates_, frame.batch.label_sets, Clock::now());
  }

 private:
  LineMetric(MetricSpec::Type type, const MetricCommon& common, std::vector<double> buckets,
             Build& build)
      : source_(common.source.empty() ? common.name : common.source, build.names),
        wanted_(common.value),
        is_counter_(type == MetricSpec::Type::counter) {
    if (build.log == nullptr) return;
    MetricSpec spec{type,
                    build.component,
                    name_of(common),
                    common.description,
                    common.max_idle_duration.value,
                    std::move(buckets)};
    family_ = MetricFamilies::of_process().share(spec);
    if (!family_)
      build.fail(
          fmt::format("stage.metrics: another component has a {} of another type; it is "
                      "not counted here",
                      spec.name));
  }

  /// What a line adds, or sets; nothing: it does not count.
  std::optional<double> number_of(const Frame& frame, uint32_t row) const {
    if (match_all_) return counts_bytes_ ? static_cast<double>(frame.line(row).size()) : 1.0;
    const auto text = source_.text(frame, row);
    if (!text || (!wanted_.empty() && *text != wanted_)) return std::nullopt;
    if (!takes_number_) return sign_;
    std::optional<double> number = base::parse_float(*text);
    if (!number)
      if (const auto time = river::schema::parse_duration(*text))
        number = std::chrono::duration<double>(*time).count();
    if (!number || (is_counter_ && !(*number >= 0))) return std::nullopt;
    return sign_ * *number;
  }

  Source source_;
  std::string wanted_;
  bool is_counter_ = false, match_all_ = false, counts_bytes_ = false, takes_number_ = false;
  double sign_ = 1;
  MetricFamily::Step step_ = MetricFamily::Step::add;
  std::shared_ptr<MetricFamily> family_;
  std::vector<MetricFamily::Update> updates_;  ///< of a batch
};

/// Lines go on as they are.
class MetricsStage final : public Stage {
 public:
  MetricsStage(const MetricsArgs& args, Build& build)
      : skipped_(build.metrics.counter(
            "tributary_stage_metrics_skipped_total",
            "Lines that stage.metrics did not count: their labels would be one series too many.")) {
    for (const auto& metric : args.metrics)
      std::visit([&](const auto& one) { metrics_.emplace_back(one, build); }, metric);
  }

  void process(Frame& frame) override {
    for (LineMetric& metric : metrics_) skipped_->add(metric.process(frame));
  }

 private:
  const std::shared_ptr<base::metrics::Counter> skipped_;
  std::vector<LineMetric> metrics_;
};

StagePointer make(const MetricsArgs& args, Build& build) {
  return std::make_unique<MetricsStage>(args, build);
}

}  // namespace

constexpr StageKindOf<MetricsArgs> kMetrics = stage_kind<MetricsArgs, make>(
    "stage.metrics", "Counts entries and extracted values as metrics.",
    schema::schema_of<MetricsArgs, validate>(kMetricsFields));

}  // namespace components::loki::process::stages
