#include "components/otelcol/receiver_otlp/signature.h"

#include "river/schema/decode.h"

namespace components::otelcol::receiver_otlp {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kServerFields[] = {
    schema::attr<&KeepaliveServer::max_connection_idle>(
        "max_connection_idle", Need::optional, "A connection without calls is closed after this."),
    schema::attr<&KeepaliveServer::max_connection_age>(
        "max_connection_age", Need::optional,
        "A connection is closed after this, so that clients spread over several receivers."),
    schema::attr<&KeepaliveServer::max_connection_age_grace>(
        "max_connection_age_grace", Need::optional,
        "Time for its calls to end before it is closed."),
    schema::attr<&KeepaliveServer::time>("time", Need::optional,
                                         "A client is pinged after this time without activity."),
    schema::attr<&KeepaliveServer::timeout>(
        "timeout", Need::optional,
        "A client that does not answer a ping within this time is disconnected."),
};
constexpr schema::BlockSchema kServer = schema::schema_of(kServerFields);

constexpr schema::Field kPolicyFields[] = {
    schema::attr<&KeepalivePolicy::min_time>("min_time", Need::optional,
                                             "Shortest time between two pings of a client."),
    schema::attr<&KeepalivePolicy::permit_without_stream>("permit_without_stream", Need::optional,
                                                          "For Grafana Alloy; always permitted."),
};
constexpr schema::BlockSchema kPolicy = schema::schema_of(kPolicyFields);

constexpr schema::Field kKeepaliveFields[] = {
    schema::block<&Keepalive::server_parameters>("server_parameters", Need::optional,
                                                 "When connections end.", kServer),
    schema::block<&Keepalive::enforcement_policy>("enforcement_policy", Need::optional,
                                                  "How often clients may ping.", kPolicy),
};
constexpr schema::BlockSchema kKeepalive = schema::schema_of(kKeepaliveFields);

constexpr schema::Field kGrpcFields[] = {
    schema::attr<&GrpcArguments::endpoint>("endpoint", Need::optional, "host:port to listen on."),
    schema::attr<&GrpcArguments::transport>("transport", Need::optional, "tcp."),
    schema::block<&GrpcArguments::tls>("tls", Need::optional, "Certificate of the server.",
                                       kTlsServer),
    schema::attr<&GrpcArguments::max_recv_msg_size>("max_recv_msg_size", Need::optional,
                                                    "Largest request, also after decompression."),
    schema::attr<&GrpcArguments::max_concurrent_streams>(
        "max_concurrent_streams", Need::optional, "Calls at the same time on one connection."),
    schema::attr<&GrpcArguments::read_buffer_size>("read_buffer_size", Need::optional,
                                                   "For Grafana Alloy."),
    schema::attr<&GrpcArguments::write_buffer_size>("write_buffer_size", Need::optional,
                                                    "For Grafana Alloy."),
    schema::block<&GrpcArguments::keepalive>("keepalive", Need::optional,
                                             "Keepalive of connections.", kKeepalive),
    schema::attr<&GrpcArguments::auth>(
        "auth", Need::optional,
        "Authentication of senders: the handler of an otelcol.auth component."),
    schema::attr<&GrpcArguments::include_metadata>(
        "include_metadata", Need::optional, "Whether processors may see the request's headers."),
};

void check_size(std::string_view name, const schema::ByteSize& size, schema::Scope& scope) {
  constexpr uint64_t kMax = 256 << 20;
  if (scope.known(name) && size.bytes > kMax)
    scope.error(name, "C110", "{} is above 256 MiB", name)
        .with_help("a request is held in memory as a whole; senders should send smaller ones");
}

void validate_grpc(const GrpcArguments& grpc, schema::Scope& scope) {
  check_size("max_recv_msg_size", grpc.max_recv_msg_size, scope);
  if (scope.known("transport") && grpc.transport != "tcp")
    scope.error("transport", "C090", "transport \"{}\" is not supported; only \"tcp\" is",
                grpc.transport);
  if (scope.known("max_concurrent_streams") && grpc.max_concurrent_streams < 0)
    scope.error("max_concurrent_streams", "C061", "max_concurrent_streams is below 0");
}
}  // namespace
constexpr schema::BlockSchema kGrpc = schema::schema_of<GrpcArguments, validate_grpc>(kGrpcFields);
namespace {

constexpr schema::Field kCorsFields[] = {
    schema::attr<&CorsArguments::allowed_origins>(
        "allowed_origins", Need::optional,
        "Origins of pages that may send; * matches any text. Empty: none."),
    schema::attr<&CorsArguments::allowed_headers>("allowed_headers", Need::optional,
                                                  "Headers that such requests may have."),
    schema::attr<&CorsArguments::exposed_headers>("exposed_headers", Need::optional,
                                                  "Headers of answers that such pages may read."),
    schema::attr<&CorsArguments::max_age>("max_age", Need::optional,
                                          "Seconds that browsers remember this."),
};
constexpr schema::BlockSchema kCors = schema::schema_of(kCorsFields);

constexpr schema::Field kHttpFields[] = {
    schema::attr<&HttpArguments::endpoint>("endpoint", Need::optional, "host:port to listen on."),
    schema::block<&HttpArguments::tls>("tls", Need::optional, "Certificate of the server.",
                                       kTlsServer),
    schema::block<&HttpArguments::cors>("cors", Need::optional, "Web pages that may send.", kCors),
    schema::attr<&HttpArguments::max_request_body_size>(
        "max_request_body_size", Need::optional, "Largest request, also after decompression."),
    schema::attr<&HttpArguments::auth>(
        "auth", Need::optional,
        "Authentication of senders: the handler of an otelcol.auth component."),
    schema::attr<&HttpArguments::include_metadata>(
        "include_metadata", Need::optional, "Whether processors may see the request's headers."),
    schema::attr<&HttpArguments::compression_algorithms>("compression_algorithms", Need::optional,
                                                         "Content-Encodings to take."),
    schema::attr<&HttpArguments::keep_alives_enabled>(
        "keep_alives_enabled", Need::optional, "Whether a connection takes several requests."),
    schema::attr<&HttpArguments::idle_timeout>("idle_timeout", Need::optional,
                                               "A connection without requests is closed."),
    schema::attr<&HttpArguments::read_timeout>("read_timeout", Need::optional,
                                               "Time for a whole request; 0: 30s."),
    schema::attr<&HttpArguments::write_timeout>("write_timeout", Need::optional,
                                                "For Grafana Alloy."),
    schema::attr<&HttpArguments::read_header_timeout>("read_header_timeout", Need::optional,
                                                      "For Grafana Alloy."),
    schema::attr<&HttpArguments::traces_url_path>("traces_url_path", Need::optional,
                                                  "Path of traces."),
    schema::attr<&HttpArguments::metrics_url_path>("metrics_url_path", Need::optional,
                                                   "Path of metrics."),
    schema::attr<&HttpArguments::logs_url_path>("logs_url_path", Need::optional, "Path of logs."),
};

void validate_http(const HttpArguments& http, schema::Scope& scope) {
  check_size("max_request_body_size", http.max_request_body_size, scope);
  const auto check_path = [&](std::string_view name, const std::string& path) {
    if (scope.known(name) && path.empty()) scope.error(name, "C111", "{} is empty", name);
  };
  check_path("traces_url_path", http.traces_url_path);
  check_path("metrics_url_path", http.metrics_url_path);
  check_path("logs_url_path", http.logs_url_path);
}
}  // namespace
constexpr schema::BlockSchema kHttp = schema::schema_of<HttpArguments, validate_http>(kHttpFields);
namespace {

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::grpc>("grpc", Need::optional, "Listen for OTLP over gRPC.", kGrpc),
    schema::block<&Arguments::http>("http", Need::optional, "Listen for OTLP over HTTP.", kHttp),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional, "For Grafana Alloy.",
                                             kDebugMetrics),
    schema::block<&Arguments::output>("output", Need::required, "Receivers of the incoming data.",
                                      kOutput),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (!arguments.grpc && !arguments.http)
    scope.warning("", "C112", "neither grpc nor http is set: nothing to listen on")
        .with_help("write `grpc { }`, `http { }` or both");
}

std::vector<schema::Claim> claims(const Arguments& arguments) {
  std::vector<schema::Claim> all;
  if (arguments.grpc) all.push_back({"tcp", arguments.grpc->endpoint});
  if (arguments.http) all.push_back({"tcp", arguments.http->endpoint});
  return all;
}

std::vector<schema::HostNeed> needs(const Arguments& arguments) {
  std::vector<schema::HostNeed> all;
  if (arguments.grpc && arguments.grpc->tls)
    add_needed_files(tls_config_of(*arguments.grpc->tls), all);
  if (arguments.http && arguments.http->tls)
    add_needed_files(tls_config_of(*arguments.http->tls), all);
  return all;
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "otelcol.receiver.otlp",
    .doc = "Takes traces, metrics and logs of OpenTelemetry over gRPC and HTTP.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .claims = schema::hook<Arguments, claims>,
    .needs = schema::hook<Arguments, needs>,
};

}  // namespace components::otelcol::receiver_otlp
