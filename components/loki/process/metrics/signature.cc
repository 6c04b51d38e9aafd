#include "components/loki/process/metrics/signature.h"

namespace components::loki::process::metrics {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kCommonFields[] = {
    schema::attr<&Common::name>("name", Need::required, "Name behind the prefix."),
    schema::attr<&Common::description>("description", Need::optional, "Help text."),
    schema::attr<&Common::source>("source", Need::optional, "Extracted value; else the name."),
    schema::attr<&Common::prefix>("prefix", Need::optional, "Instead of loki_process_custom_."),
    schema::attr<&Common::max_idle_duration>("max_idle_duration", Need::optional,
                                             "How long a series stays without an entry."),
    schema::attr<&Common::value>("value", Need::optional, "Text that the source must equal."),
};
constexpr schema::BlockSchema kCommon = schema::schema_of(kCommonFields);

constexpr schema::Field kCounterFields[] = {
    schema::squash<&Counter::common>(kCommon),
    schema::attr<&Counter::action>("action", Need::required, "inc or add."),
    schema::attr<&Counter::match_all>("match_all", Need::optional, "Count every entry."),
    schema::attr<&Counter::count_entry_bytes>("count_entry_bytes", Need::optional,
                                              "Add the length of the line."),
};
constexpr schema::BlockSchema kCounter = schema::schema_of(kCounterFields);

constexpr schema::Field kGaugeFields[] = {
    schema::squash<&Gauge::common>(kCommon),
    schema::attr<&Gauge::action>("action", Need::required, "set, inc, dec, add or sub."),
};
constexpr schema::BlockSchema kGauge = schema::schema_of(kGaugeFields);

constexpr schema::Field kHistogramFields[] = {
    schema::squash<&Histogram::common>(kCommon),
    schema::attr<&Histogram::buckets>("buckets", Need::required, "Upper bounds of the buckets."),
};
constexpr schema::BlockSchema kHistogram = schema::schema_of(kHistogramFields);

constexpr schema::Field kFields[] = {
    schema::variant_block<&Args::metrics, Counter>("metric.counter", "A number that only grows.",
                                                   kCounter),
    schema::variant_block<&Args::metrics, Gauge>("metric.gauge", "A number that goes up and down.",
                                                 kGauge),
    schema::variant_block<&Args::metrics, Histogram>("metric.histogram", "Numbers by bucket.",
                                                     kHistogram),
};

void validate(const Args&, schema::Scope& scope) {
  scope.warning("", "C090", "stage.metrics is accepted but has no effect yet");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::metrics
