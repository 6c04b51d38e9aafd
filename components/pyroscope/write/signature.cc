#include "components/pyroscope/write/signature.h"

#include "components/shared/sink/signature.h"

namespace components::pyroscope::write {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kEndpointFields[] = {
    schema::attr<&EndpointArguments::name>(
        "name", Need::optional, "Name of the endpoint; its queue is kept over a reload."),
    schema::attr<&EndpointArguments::url>(
        "url", Need::required, "URL to push to, without the path: http://pyroscope:4040."),
    schema::attr<&EndpointArguments::remote_timeout>("remote_timeout", Need::optional,
                                                     "Timeout of one request."),
    schema::attr<&EndpointArguments::debug_info_upload_timeout>(
        "debug_info_upload_timeout", Need::optional,
        "For Grafana Alloy; no debug information is uploaded."),
    schema::attr<&EndpointArguments::headers>("headers", Need::optional,
                                              "Headers to add to each request."),
    schema::squash<&EndpointArguments::http>(kHttpClient),
    schema::attr<&EndpointArguments::min_backoff_period>("min_backoff_period", Need::optional,
                                                         "Wait after the first failed try."),
    schema::attr<&EndpointArguments::max_backoff_period>("max_backoff_period", Need::optional,
                                                         "Longest wait between tries."),
    schema::attr<&EndpointArguments::max_backoff_retries>(
        "max_backoff_retries", Need::optional,
        "Tries in all before a profile is dropped; 0 and unset: no limit."),
    schema::attr<&EndpointArguments::retry_on_http_429>("retry_on_http_429", Need::optional,
                                                        "Retry when the server answers 429."),
};

void validate_endpoint(const EndpointArguments& endpoint, schema::Scope& scope) {
  sink::check_positive("remote_timeout", endpoint.remote_timeout.value.count(), scope);
  sink::check_positive("min_backoff_period", endpoint.min_backoff_period.value.count(), scope);
  sink::check_order("min_backoff_period", endpoint.min_backoff_period, "max_backoff_period",
                    endpoint.max_backoff_period, scope);
  if (scope.known("max_backoff_retries") && endpoint.max_backoff_retries.value_or(0) < 0)
    scope.error("max_backoff_retries", "C061", "max_backoff_retries is below 0");
  sink::check_headers(endpoint.headers, scope);
}

constexpr schema::Field kTracingFields[] = {
    schema::attr<&TracingArguments::jaeger_propagator>(
        "jaeger_propagator", Need::optional, "For Grafana Alloy; only false is supported."),
    schema::attr<&TracingArguments::trace_context_propagator>(
        "trace_context_propagator", Need::optional, "For Grafana Alloy; only false is supported."),
};

void validate_tracing(const TracingArguments& tracing, schema::Scope& scope) {
  const auto check = [&](std::string_view name, bool value) {
    if (scope.known(name) && value)
      scope.error(name, "C090", "{} is not supported: requests carry no trace context", name);
  };
  check("jaeger_propagator", tracing.jaeger_propagator);
  check("trace_context_propagator", tracing.trace_context_propagator);
}
constexpr schema::BlockSchema kTracing =
    schema::schema_of<TracingArguments, validate_tracing>(kTracingFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::endpoint>("endpoint", Need::optional, "A server to push to.",
                                        kEndpoint),
    schema::attr<&Arguments::external_labels>("external_labels", Need::optional,
                                              "Labels for all profiles, in place of their own."),
    schema::block<&Arguments::tracing>("tracing", Need::optional, "Trace context of requests.",
                                       kTracing),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  sink::check_distinct(arguments.endpoint, kEndpoint, scope);
}

constexpr schema::Field kExportFields[] = {
    schema::attr<&Exports::receiver>("receiver", Need::optional, "Takes the profiles to send."),
};

}  // namespace

constexpr schema::BlockSchema kEndpoint =
    schema::schema_of<EndpointArguments, validate_endpoint>(kEndpointFields);

constexpr schema::Signature kSignature{
    .name = "pyroscope.write",
    .doc = "Sends profiles to Pyroscope and retries until they are accepted.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExportFields,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, sink::endpoint_needs<Arguments>>,
};

}  // namespace components::pyroscope::write
