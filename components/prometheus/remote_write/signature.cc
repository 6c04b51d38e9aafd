#include "components/prometheus/remote_write/signature.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "components/shared/sink/signature.h"

namespace components::prometheus::remote_write {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr std::string_view kVersion1 = "prometheus.WriteRequest";

constexpr schema::Field kQueueFields[] = {
    schema::attr<&QueueArguments::capacity>(
        "capacity", Need::optional,
        "Samples that may wait in memory for each of max_shards parallel requests."),
    schema::attr<&QueueArguments::max_shards>("max_shards", Need::optional,
                                              "Largest number of parallel requests."),
    schema::attr<&QueueArguments::min_shards>("min_shards", Need::optional,
                                              "Parallel requests to begin with."),
    schema::attr<&QueueArguments::max_samples_per_send>("max_samples_per_send", Need::optional,
                                                        "Samples in one request."),
    schema::attr<&QueueArguments::batch_send_deadline>(
        "batch_send_deadline", Need::optional, "Longest time a sample waits for a request."),
    schema::attr<&QueueArguments::min_backoff>("min_backoff", Need::optional,
                                               "Wait after the first failed try."),
    schema::attr<&QueueArguments::max_backoff>("max_backoff", Need::optional,
                                               "Longest wait between tries."),
    schema::attr<&QueueArguments::retry_on_http_429>("retry_on_http_429", Need::optional,
                                                     "Retry when the server answers 429."),
    schema::attr<&QueueArguments::sample_age_limit>(
        "sample_age_limit", Need::optional, "Older samples are dropped and counted; 0: none are."),
};

void validate_queue(const QueueArguments& queue, schema::Scope& scope) {
  sink::check_positive("capacity", queue.capacity, scope);
  sink::check_positive("max_shards", queue.max_shards, scope);
  sink::check_positive("min_shards", queue.min_shards, scope);
  sink::check_positive("max_samples_per_send", queue.max_samples_per_send, scope);
  sink::check_positive("batch_send_deadline", queue.batch_send_deadline.value.count(), scope);
  if (scope.known({"min_shards", "max_shards"}) && queue.min_shards > queue.max_shards)
    scope.error("min_shards", "C062", "min_shards is above max_shards");
  sink::check_order("min_backoff", queue.min_backoff, "max_backoff", queue.max_backoff, scope);
}

constexpr schema::BlockSchema kQueue =
    schema::schema_of<QueueArguments, validate_queue>(kQueueFields);

constexpr schema::Field kMetadataFields[] = {
    schema::attr<&MetadataArguments::send>(
        "send", Need::optional, "For Grafana Alloy, which sends none with this message either."),
    schema::attr<&MetadataArguments::send_interval>("send_interval", Need::optional,
                                                    "For Grafana Alloy."),
    schema::attr<&MetadataArguments::max_samples_per_send>("max_samples_per_send", Need::optional,
                                                           "For Grafana Alloy."),
};

constexpr schema::BlockSchema kMetadata = schema::schema_of(kMetadataFields);

constexpr schema::Field kEndpointFields[] = {
    schema::attr<&EndpointArguments::name>(
        "name", Need::optional, "Name of the endpoint; its queue is kept over a reload."),
    schema::attr<&EndpointArguments::url>("url", Need::required,
                                          "Where to write to, with the path: "
                                          "http://prometheus:9090/api/v1/write."),
    schema::attr<&EndpointArguments::remote_timeout>("remote_timeout", Need::optional,
                                                     "Timeout of one request."),
    schema::attr<&EndpointArguments::headers>("headers", Need::optional,
                                              "Headers to add to each request."),
    schema::attr<&EndpointArguments::send_exemplars>("send_exemplars", Need::optional,
                                                     "Whether exemplars are sent."),
    schema::attr<&EndpointArguments::send_native_histograms>(
        "send_native_histograms", Need::optional, "Whether native histograms are sent."),
    schema::attr<&EndpointArguments::protobuf_message>(
        "protobuf_message", Need::optional, "The message to send: prometheus.WriteRequest."),
    schema::squash<&EndpointArguments::http>(kHttpClient),
    schema::attr<&EndpointArguments::round_robin_dns>(
        "round_robin_dns", Need::optional, "For Grafana Alloy; all addresses of a name are tried."),
    schema::block<&EndpointArguments::queue_config>("queue_config", Need::optional,
                                                    "The queue in front of the endpoint.", kQueue),
    schema::block<&EndpointArguments::metadata_config>("metadata_config", Need::optional,
                                                       "Types and texts of metrics.", kMetadata),
    schema::block<&EndpointArguments::write_relabel_config>(
        "write_relabel_config", Need::optional, "Relabel rules, applied before sending.", kRule),
};

/// The paths of Loki and of queries, and slips by a slash. Other paths may be a gateway's, or those
/// of VictoriaMetrics, which has many.
bool is_path_of_no_write(std::string_view path) {
  constexpr std::string_view kPaths[] = {
      "/loki/api/v1/push", "/loki/api/v1/push/", "/api/v1/push/",  "/api/v1/write/",
      "/api/v1/receive/",  "//api/v1/push",      "//api/v1/write", "//api/v1/receive",
      "/api/v1/query",     "/api/v1/query_range"};
  return std::find(std::begin(kPaths), std::end(kPaths), path) != std::end(kPaths);
}

constexpr sink::PushPath kWritePath = {
    "no server takes samples",
    "Prometheus takes samples at /api/v1/write, Mimir at /api/v1/push, Thanos at /api/v1/receive",
    is_path_of_no_write};

void validate_endpoint(const EndpointArguments& endpoint, schema::Scope& scope) {
  if (scope.known("url")) sink::check_path(endpoint.url.text, kWritePath, scope);
  sink::check_positive("remote_timeout", endpoint.remote_timeout.value.count(), scope);
  if (scope.known("protobuf_message") && endpoint.protobuf_message != kVersion1)
    scope.error("protobuf_message", "C090", "\"{}\" is not supported; only \"{}\" is",
                endpoint.protobuf_message, kVersion1);
  sink::check_headers(endpoint.headers, scope);
}

constexpr schema::Field kWalFields[] = {
    schema::attr<&WalArguments::truncate_frequency>("truncate_frequency", Need::optional,
                                                    "For Grafana Alloy."),
    schema::attr<&WalArguments::min_keepalive_time>("min_keepalive_time", Need::optional,
                                                    "For Grafana Alloy."),
    schema::attr<&WalArguments::max_keepalive_time>("max_keepalive_time", Need::optional,
                                                    "For Grafana Alloy."),
};

void validate_wal(const WalArguments& wal, schema::Scope& scope) {
  if (scope.known("truncate_frequency") && wal.truncate_frequency.value.count() == 0)
    scope.error("truncate_frequency", "C061", "truncate_frequency must be more than 0");
  if (scope.known({"min_keepalive_time", "max_keepalive_time"}) &&
      wal.max_keepalive_time.value <= wal.min_keepalive_time.value)
    scope.error("max_keepalive_time", "C062", "max_keepalive_time is not above min_keepalive_time");
}

constexpr schema::BlockSchema kWal = schema::schema_of<WalArguments, validate_wal>(kWalFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::endpoint>("endpoint", Need::optional, "A server to write to.",
                                        kEndpoint),
    schema::attr<&Arguments::external_labels>("external_labels", Need::optional,
                                              "Labels for all series; those of a series win."),
    schema::block<&Arguments::wal>("wal", Need::optional,
                                   "For Grafana Alloy; see the disk queue of the agent.", kWal),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  sink::check_distinct(arguments.endpoint, kEndpoint, scope);
}

constexpr schema::Field kExportFields[] = {
    schema::attr<&Exports::receiver>("receiver", Need::optional, "Takes the samples to send."),
};

}  // namespace

constexpr schema::BlockSchema kEndpoint =
    schema::schema_of<EndpointArguments, validate_endpoint>(kEndpointFields);

constexpr schema::Signature kSignature{
    .name = "prometheus.remote_write",
    .doc =
        "Sends samples by Prometheus' remote write, in order, and tries again until they are "
        "taken.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExportFields,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, sink::endpoint_needs<Arguments>>,
};

}  // namespace components::prometheus::remote_write
