#include "components/loki/process/stages/metrics.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kMetricCommonFields[] = {
    schema::attr<&MetricCommon::name>("name", Need::required, "Name after the prefix."),
    schema::attr<&MetricCommon::description>("description", Need::optional, "Help text."),
    schema::attr<&MetricCommon::source>("source", Need::optional,
                                        "Extracted value; else the name."),
    schema::attr<&MetricCommon::prefix>("prefix", Need::optional,
                                        "Instead of loki_process_custom_."),
    schema::attr<&MetricCommon::max_idle_duration>("max_idle_duration", Need::optional,
                                                   "How long a series stays without an entry."),
    schema::attr<&MetricCommon::value>("value", Need::optional, "Text that the source must equal."),
};
constexpr schema::BlockSchema kMetricCommon = schema::schema_of(kMetricCommonFields);

constexpr schema::Field kCounterFields[] = {
    schema::squash<&CounterMetric::common>(kMetricCommon),
    schema::attr<&CounterMetric::action>("action", Need::required, "inc or add."),
    schema::attr<&CounterMetric::match_all>("match_all", Need::optional, "Count every entry."),
    schema::attr<&CounterMetric::count_entry_bytes>("count_entry_bytes", Need::optional,
                                                    "Add the length of the line."),
};
constexpr schema::BlockSchema kCounterMetric = schema::schema_of(kCounterFields);

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
constexpr schema::BlockSchema kHistogramMetric = schema::schema_of(kHistogramFields);

constexpr schema::Field kMetricsFields[] = {
    schema::variant_block<&MetricsArgs::metrics, CounterMetric>(
        "metric.counter", "A number that only grows.", kCounterMetric),
    schema::variant_block<&MetricsArgs::metrics, GaugeMetric>(
        "metric.gauge", "A number that goes up and down.", kGaugeMetric),
    schema::variant_block<&MetricsArgs::metrics, HistogramMetric>(
        "metric.histogram", "Numbers by bucket.", kHistogramMetric),
};

void validate(const MetricsArgs&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.metrics is accepted but has no effect yet");
}

}  // namespace

constexpr StageKindOf<MetricsArgs> kMetrics =
    stage_kind<MetricsArgs>("stage.metrics", "Counts entries and extracted values as metrics.",
                            schema::schema_of<MetricsArgs, validate>(kMetricsFields));

}  // namespace components::loki::process::stages
