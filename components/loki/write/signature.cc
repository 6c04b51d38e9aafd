#include "components/loki/write/signature.h"

#include <algorithm>
#include <string_view>

#include "components/shared/sink/signature.h"
#include "components/shared/streams.h"
#include "river/diag/diagnostics.h"

namespace components::loki::write {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kQueueFields[] = {
    schema::attr<&QueueArguments::capacity>("capacity", Need::optional,
                                            "Bytes that may wait for the endpoint in memory."),
    schema::attr<&QueueArguments::min_shards>(
        "min_shards", Need::optional, "Parallel requests, at most 64; each stream stays in order."),
    schema::attr<&QueueArguments::drain_timeout>(
        "drain_timeout", Need::optional,
        "How long the queue may take to be sent when the component ends."),
    schema::attr<&QueueArguments::block_on_overflow>(
        "block_on_overflow", Need::optional,
        "With a full queue: true slows the sources down, false drops and counts."),
};

void validate_queue(const QueueArguments& queue, schema::Scope& scope) {
  if (scope.known("capacity") && queue.capacity.bytes == 0)
    scope.error("capacity", "C060", "a queue without capacity takes nothing")
        .with_help("10MiB is the default");
}

constexpr schema::BlockSchema kQueue =
    schema::schema_of<QueueArguments, validate_queue>(kQueueFields);

constexpr schema::Field kEndpointFields[] = {
    schema::attr<&EndpointArguments::name>(
        "name", Need::optional, "Name of the endpoint; its queue is kept over a reload."),
    schema::attr<&EndpointArguments::url>(
        "url", Need::required, "URL to push to, with the path: http://loki:3100/loki/api/v1/push."),
    schema::attr<&EndpointArguments::batch_wait>("batch_wait", Need::optional,
                                                 "Longest time a line waits for a request."),
    schema::attr<&EndpointArguments::batch_size>("batch_size", Need::optional,
                                                 "Largest size of a request, in bytes of lines."),
    schema::attr<&EndpointArguments::remote_timeout>("remote_timeout", Need::optional,
                                                     "Timeout of one request."),
    schema::attr<&EndpointArguments::headers>("headers", Need::optional,
                                              "Headers to add to each request."),
    schema::attr<&EndpointArguments::min_backoff_period>("min_backoff_period", Need::optional,
                                                         "Wait after the first failed try."),
    schema::attr<&EndpointArguments::max_backoff_period>("max_backoff_period", Need::optional,
                                                         "Longest wait between tries."),
    schema::attr<&EndpointArguments::max_backoff_retries>(
        "max_backoff_retries", Need::optional,
        "Tries before a request is dropped and counted; 0 or unset: no limit."),
    schema::attr<&EndpointArguments::tenant_id>("tenant_id", Need::optional,
                                                "Tenant of lines without __tenant_id__."),
    schema::attr<&EndpointArguments::retry_on_http_429>("retry_on_http_429", Need::optional,
                                                        "Retry when the server answers 429."),
    schema::squash<&EndpointArguments::http>(kHttpClient),
    schema::block<&EndpointArguments::queue_config>("queue_config", Need::optional,
                                                    "The queue in front of the endpoint.", kQueue),
};

/// What is written in the place of /loki/api/v1/push: half of it, a slip of it, and the
/// paths of Mimir, Prometheus and OTLP. A server answers 404 or 405 there. Other paths may be a
/// gateway's.
bool is_path_of_no_push(std::string_view path) {
  constexpr std::string_view kPaths[] = {"/api/v1/push",
                                         "/api/v1/push/",
                                         "/api/v1/write",
                                         "/v1/push",
                                         "/push",
                                         "/loki",
                                         "/loki/",
                                         "/loki/push",
                                         "/loki/api",
                                         "/loki/api/v1",
                                         "/loki/api/v1/",
                                         "/loki/api/v1/push/",
                                         "//loki/api/v1/push",
                                         "/otlp/v1/logs",
                                         "/otlp",
                                         "/v1/logs",
                                         "/loki/api/v1/query",
                                         "/loki/api/v1/query_range"};
  constexpr std::string_view kPush[] = {"/loki/api/v1/push"};
  if (path == kPush[0]) return false;
  return std::find(std::begin(kPaths), std::end(kPaths), path) != std::end(kPaths) ||
         !river::diag::did_you_mean(path, kPush).empty();
}

constexpr sink::PushPath kPushPath = {"Loki takes no pushes",
                                      "Loki takes pushes at /loki/api/v1/push", is_path_of_no_push};

void validate_endpoint(const EndpointArguments& endpoint, schema::Scope& scope) {
  if (scope.known("url")) sink::check_path(endpoint.url.text, kPushPath, scope);
  if (scope.known("batch_size") && endpoint.batch_size.bytes == 0)
    scope.error("batch_size", "C061", "batch_size must be more than 0");
  sink::check_positive("remote_timeout", endpoint.remote_timeout.value.count(), scope);
  sink::check_order("min_backoff_period", endpoint.min_backoff_period, "max_backoff_period",
                    endpoint.max_backoff_period, scope);
  if (sink::has_line_break(endpoint.tenant_id))
    scope.error("tenant_id", "C063", "tenant_id holds a line break");
  sink::check_headers(endpoint.headers, scope);
}

constexpr schema::Field kWalFields[] = {
    schema::attr<&WalArguments::enabled>("enabled", Need::optional,
                                         "Keep what waits on disk: the disk queue."),
    schema::attr<&WalArguments::max_segment_age>("max_segment_age", Need::optional,
                                                 "Age at which a segment is deleted."),
    schema::attr<&WalArguments::min_read_frequency>("min_read_frequency", Need::optional,
                                                    "Shortest time between reads."),
    schema::attr<&WalArguments::max_read_frequency>("max_read_frequency", Need::optional,
                                                    "Longest time between reads."),
    schema::attr<&WalArguments::drain_timeout>(
        "drain_timeout", Need::optional,
        "How long the queue may take to be sent when the component ends."),
};

/// The names of what a log of samples needs; the disk queue reads when there is something to read.
void validate_wal(const WalArguments&, schema::Scope& scope) {
  for (const char* name :
       {"max_segment_age", "min_read_frequency", "max_read_frequency", "drain_timeout"})
    if (scope.given(name))
      scope.warning(name, "C090", "\"{}\" is accepted but has no effect", name);
}

constexpr schema::BlockSchema kWal = schema::schema_of<WalArguments, validate_wal>(kWalFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::endpoint>("endpoint", Need::optional, "A server to send to.",
                                        kEndpoint),
    schema::attr<&Arguments::external_labels>("external_labels", Need::optional,
                                              "Labels for all lines; those of a line win."),
    schema::attr<&Arguments::max_streams>("max_streams", Need::optional,
                                          "Largest number of streams in one request; 0: no limit."),
    schema::block<&Arguments::wal>("wal", Need::optional,
                                   "Whether what waits is kept on disk; else "
                                   "--storage.queue-size decides.",
                                   kWal),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  const auto& endpoints = arguments.endpoint;
  if (endpoints.empty() && scope.known("endpoint"))
    scope.error("endpoint", "C064", "loki.write needs at least one endpoint")
        .with_help("add endpoint { url = \"http://...\" }");
  sink::check_distinct(endpoints, kEndpoint, scope);
}

constexpr schema::Field kExportFields[] = {
    schema::attr<&Exports::receiver>("receiver", Need::optional, "Takes the lines to send."),
};

std::any streams(const Arguments&) {
  return Streams{.receives = true,
                 .is_backend = true,
                 .external_labels = "external_labels",
                 .backend_block = "endpoint",
                 .address_attribute = "url",
                 .tenant_attribute = "tenant_id"};
}

}  // namespace

constexpr schema::BlockSchema kEndpoint =
    schema::schema_of<EndpointArguments, validate_endpoint>(kEndpointFields);

constexpr schema::Signature kSignature{
    .name = "loki.write",
    .doc = "Sends lines to Loki, in order, and retries until they are accepted.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExportFields,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, sink::endpoint_needs<Arguments>>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::write
