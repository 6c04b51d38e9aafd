#include "components/otelcol/processor_filter/signature.h"

namespace components::otelcol::processor_filter {
namespace {

namespace schema = river::schema;
using schema::Need;
using telemetry::Signal;

constexpr schema::Field kTracesFields[] = {
    schema::attr<&Traces::span>("span", Need::optional,
                                "Spans that match one of these conditions are dropped."),
    schema::attr<&Traces::spanevent>("spanevent", Need::optional,
                                     "Span events that match one of these conditions are dropped."),
};
constexpr schema::Field kMetricsFields[] = {
    schema::attr<&Metrics::metric>("metric", Need::optional,
                                   "Metrics that match one of these conditions are dropped."),
    schema::attr<&Metrics::datapoint>(
        "datapoint", Need::optional, "Data points that match one of these conditions are dropped."),
};
constexpr schema::Field kLogsFields[] = {
    schema::attr<&Logs::log_record>("log_record", Need::optional,
                                    "Log records that match one of these conditions are dropped."),
};
constexpr schema::Field kContextFields[] = {
    schema::attr<&ContextConditions::context>(
        "context", Need::optional, "What the conditions are of; unset: what their paths name."),
    schema::attr<&ContextConditions::conditions>(
        "conditions", Need::required, "Items that match one of these conditions are dropped."),
};

void validate(const Traces& traces, schema::Scope& scope) {
  check_conditions(scope, "span", traces.span, Signal::traces, "span");
  check_conditions(scope, "spanevent", traces.spanevent, Signal::traces, "spanevent");
}
void validate(const Metrics& metrics, schema::Scope& scope) {
  check_conditions(scope, "metric", metrics.metric, Signal::metrics, "metric");
  check_conditions(scope, "datapoint", metrics.datapoint, Signal::metrics, "datapoint");
}
void validate(const Logs& logs, schema::Scope& scope) {
  check_conditions(scope, "log_record", logs.log_record, Signal::logs, "log");
}
template <Signal kSignal>
void validate_contexts(const ContextConditions& group, schema::Scope& scope) {
  if (scope.known("context"))
    check_conditions(scope, "conditions", group.conditions, kSignal, group.context);
}
void validate(const Arguments& arguments, schema::Scope& scope) {
  check_error_mode(scope, arguments.error_mode);
}

constexpr schema::BlockSchema kTraces = schema::schema_of<Traces, validate>(kTracesFields);
constexpr schema::BlockSchema kMetrics = schema::schema_of<Metrics, validate>(kMetricsFields);
constexpr schema::BlockSchema kLogs = schema::schema_of<Logs, validate>(kLogsFields);
template <Signal kSignal>
constexpr schema::BlockSchema kContexts =
    schema::schema_of<ContextConditions, validate_contexts<kSignal>>(kContextFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::error_mode>("error_mode", Need::optional,
                                         "What to do when a condition cannot be evaluated."),
    schema::block<&Arguments::traces>("traces", Need::optional, "Conditions on traces.", kTraces),
    schema::block<&Arguments::metrics>("metrics", Need::optional, "Conditions on metrics.",
                                       kMetrics),
    schema::block<&Arguments::logs>("logs", Need::optional, "Conditions on logs.", kLogs),
    schema::block<&Arguments::trace_conditions>("trace_conditions", Need::optional,
                                                "Conditions on traces, of any context.",
                                                kContexts<Signal::traces>),
    schema::block<&Arguments::metric_conditions>("metric_conditions", Need::optional,
                                                 "Conditions on metrics, of any context.",
                                                 kContexts<Signal::metrics>),
    schema::block<&Arguments::log_conditions>("log_conditions", Need::optional,
                                              "Conditions on logs, of any context.",
                                              kContexts<Signal::logs>),
    schema::block<&Arguments::output>("output", Need::required, "Receivers of the data.", kOutput),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.processor.filter",
    .doc = "Drops spans, events, metrics, data points and log records that meet a condition.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::processor_filter
