#include "components/otelcol/exporter_prometheus/signature.h"

namespace components::otelcol::exporter_prometheus {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::include_target_info>(
        "include_target_info", Need::optional,
        "Whether the attributes of each resource become a series target_info."),
    schema::attr<&Arguments::include_scope_info>("include_scope_info", Need::optional,
                                                 "Has no effect yet."),
    schema::attr<&Arguments::include_scope_labels>("include_scope_labels", Need::optional,
                                                   "Has no effect, as in Grafana Alloy."),
    schema::attr<&Arguments::gc_frequency>("gc_frequency", Need::optional,
                                           "How often series without points are looked for."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required, "Receivers of the samples."),
    schema::attr<&Arguments::add_metric_suffixes>(
        "add_metric_suffixes", Need::optional,
        "Whether names end in their unit, and those of counters in _total."),
    schema::attr<&Arguments::resource_to_telemetry_conversion>(
        "resource_to_telemetry_conversion", Need::optional,
        "Whether attributes of the resource become labels of each of its series."),
    schema::attr<&Arguments::honor_metadata>("honor_metadata", Need::optional,
                                             "Has no effect yet."),
    schema::attr<&Arguments::convert_classic_histograms_to_nhcb>(
        "convert_classic_histograms_to_nhcb", Need::optional, "Has no effect yet."),
    schema::attr<&Arguments::keep_identifying_resource_attributes>(
        "keep_identifying_resource_attributes", Need::optional,
        "Whether target_info has service_name and so on, beside job and instance."),
    schema::attr<&Arguments::start_timestamp_zero_ingestion>("start_timestamp_zero_ingestion",
                                                             Need::optional, "Has no effect yet."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  const auto warn = [&](std::string_view name, bool is_set) {
    if (scope.known(name) && is_set) scope.warning(name, "C090", "{} has no effect here yet", name);
  };
  warn("include_scope_info", arguments.include_scope_info);
  warn("honor_metadata", arguments.honor_metadata);
  warn("convert_classic_histograms_to_nhcb", arguments.convert_classic_histograms_to_nhcb);
  warn("start_timestamp_zero_ingestion", arguments.start_timestamp_zero_ingestion);
  if (scope.known("gc_frequency") && arguments.gc_frequency.value <= std::chrono::seconds(0))
    scope.error("gc_frequency", "C088", "gc_frequency must be above 0");
}

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.exporter.prometheus",
    .doc = "Converts metrics to samples for prometheus components.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::exporter_prometheus
