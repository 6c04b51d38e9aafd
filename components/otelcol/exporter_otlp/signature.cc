#include "components/otelcol/exporter_otlp/signature.h"

#include <string_view>

#include "components/shared/sink/signature.h"

namespace components::otelcol::exporter_otlp {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kKeepaliveFields[] = {
    schema::attr<&KeepaliveClient::ping_wait>(
        "ping_wait", Need::optional, "A server is pinged after this time without activity."),
    schema::attr<&KeepaliveClient::ping_response_timeout>(
        "ping_response_timeout", Need::optional,
        "A server that does not answer a ping within this time is disconnected."),
    schema::attr<&KeepaliveClient::ping_without_stream>("ping_without_stream", Need::optional,
                                                        "Whether it is pinged without calls."),
};
constexpr schema::BlockSchema kKeepalive = schema::schema_of(kKeepaliveFields);

constexpr schema::Field kClientFields[] = {
    schema::attr<&ClientArguments::endpoint>("endpoint", Need::required,
                                             "Where to send to: tempo:4317."),
    schema::attr<&ClientArguments::compression>("compression", Need::optional, "gzip or none."),
    schema::block<&ClientArguments::tls>("tls", Need::optional, "TLS of the connection.",
                                         kTlsClient),
    schema::block<&ClientArguments::keepalive>("keepalive", Need::optional,
                                               "Keepalive of connections.", kKeepalive),
    schema::attr<&ClientArguments::read_buffer_size>("read_buffer_size", Need::optional,
                                                     "For Grafana Alloy."),
    schema::attr<&ClientArguments::write_buffer_size>("write_buffer_size", Need::optional,
                                                      "For Grafana Alloy."),
    schema::attr<&ClientArguments::wait_for_ready>("wait_for_ready", Need::optional,
                                                   "For Grafana Alloy."),
    schema::attr<&ClientArguments::auth>(
        "auth", Need::optional,
        "Credentials of the requests: the handler of an otelcol.auth component."),
    schema::attr<&ClientArguments::headers>("headers", Need::optional,
                                            "Headers to add to each request."),
    schema::attr<&ClientArguments::balancer_name>(
        "balancer_name", Need::optional, "For Grafana Alloy; all addresses of a name take turns."),
    schema::attr<&ClientArguments::authority>("authority", Need::optional,
                                              "Name of the server in the requests."),
};

void validate_client(const ClientArguments& client, schema::Scope& scope) {
  sink::check_headers(client.headers, scope);
  const bool has_other_compression =
      client.compression != Compression::gzip && client.compression != Compression::none;
  if (scope.known("compression") && has_other_compression)
    scope.error("compression", "C090", "over gRPC only \"gzip\" and \"none\" are supported");
  const std::string name = server_of(client).name;
  const size_t port = name.rfind(':');
  if (scope.known("endpoint") && !name.empty() && !name.starts_with("unix:") &&
      (port == std::string::npos || port + 1 == name.size() || name.find('/', port) != name.npos))
    scope.error("endpoint", "C115", "\"{}\" is not host:port", client.endpoint)
        .with_help("gRPC has no paths; over HTTP otelcol.exporter.otlphttp sends");
}
constexpr schema::BlockSchema kClient =
    schema::schema_of<ClientArguments, validate_client>(kClientFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::timeout>("timeout", Need::optional, "Timeout of one request."),
    schema::block<&Arguments::sending_queue>("sending_queue", Need::optional,
                                             "Queue of data to send.", kQueue),
    schema::block<&Arguments::retry_on_failure>("retry_on_failure", Need::optional,
                                                "How requests that failed are retried.", kRetry),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
    schema::block<&Arguments::client>("client", Need::required, "The server.", kClient),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  sink::check_positive("timeout", arguments.timeout.value.count(), scope);
}

std::vector<schema::HostNeed> needs(const Arguments& arguments) {
  std::vector<schema::HostNeed> all;
  add_needed_files(tls_config_of(arguments.client.tls), all);
  return all;
}

}  // namespace

Server server_of(const ClientArguments& client) {
  constexpr std::string_view kPlain = "http://";
  constexpr std::string_view kTls = "https://";
  if (client.endpoint.starts_with(kPlain)) return {client.endpoint.substr(kPlain.size()), false};
  if (client.endpoint.starts_with(kTls)) return {client.endpoint.substr(kTls.size()), true};
  return {client.endpoint, !client.tls.insecure};
}

const schema::Signature kSignature{
    .name = "otelcol.exporter.otlp",
    .doc = "Sends traces, metrics and logs by OTLP over gRPC and retries until they are accepted.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needs>,
};

}  // namespace components::otelcol::exporter_otlp
