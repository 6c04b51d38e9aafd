#include "components/otelcol/processor_transform/signature.h"

namespace components::otelcol::processor_transform {
namespace {

namespace schema = river::schema;
using schema::Need;
using telemetry::Signal;

constexpr schema::Field kStatementsFields[] = {
    schema::attr<&Statements::trace>("trace", Need::optional, "Statements on traces."),
    schema::attr<&Statements::metric>("metric", Need::optional, "Statements on metrics."),
    schema::attr<&Statements::log>("log", Need::optional, "Statements on logs."),
};
constexpr schema::Field kContextFields[] = {
    schema::attr<&ContextStatements::context>(
        "context", Need::required,
        "What the statements work on: resource, scope, span, spanevent, metric, datapoint or log."),
    schema::attr<&ContextStatements::conditions>(
        "conditions", Need::optional,
        "Only items that match one of these conditions are changed; unset: all."),
    schema::attr<&ContextStatements::statements>("statements", Need::required,
                                                 "Actions, applied in order."),
    schema::attr<&ContextStatements::error_mode>(
        "error_mode", Need::optional, "For these statements; unset: that of the component."),
};

void validate(const Statements& statements, schema::Scope& scope) {
  check_statements(scope, "trace", statements.trace, Signal::traces, "");
  check_statements(scope, "metric", statements.metric, Signal::metrics, "");
  check_statements(scope, "log", statements.log, Signal::logs, "");
}

template <Signal kSignal>
void validate_contexts(const ContextStatements& group, schema::Scope& scope) {
  if (!scope.known("context")) return;
  const auto context = ottl::context_of(group.context);
  if (!context || !has_context(kSignal, *context)) {
    scope.error("context", "C098", "this signal has no context \"{}\"", group.context);
    return;
  }
  check_conditions(scope, "conditions", group.conditions, kSignal, group.context);
  check_statements(scope, "statements", group.statements, kSignal, group.context);
  if (group.error_mode) check_error_mode(scope, *group.error_mode);
}

void validate(const Arguments& arguments, schema::Scope& scope) {
  check_error_mode(scope, arguments.error_mode);
}

constexpr schema::BlockSchema kStatements =
    schema::schema_of<Statements, validate>(kStatementsFields);
template <Signal kSignal>
constexpr schema::BlockSchema kContexts =
    schema::schema_of<ContextStatements, validate_contexts<kSignal>>(kContextFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::error_mode>("error_mode", Need::optional,
                                         "What to do when a statement fails."),
    schema::block<&Arguments::statements>(
        "statements", Need::optional,
        "Statements that name fields with their context; done after the others.", kStatements),
    schema::block<&Arguments::trace_statements>("trace_statements", Need::optional,
                                                "Statements on traces.", kContexts<Signal::traces>),
    schema::block<&Arguments::metric_statements>(
        "metric_statements", Need::optional, "Statements on metrics.", kContexts<Signal::metrics>),
    schema::block<&Arguments::log_statements>("log_statements", Need::optional,
                                              "Statements on logs.", kContexts<Signal::logs>),
    schema::block<&Arguments::output>("output", Need::required, "Receivers of the data.", kOutput),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.processor.transform",
    .doc = "Changes traces, metrics and logs by statements of OTTL.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::processor_transform
