#include "components/otelcol/exporter_otlphttp/signature.h"

#include "components/shared/sink/signature.h"

namespace components::otelcol::exporter_otlphttp {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kCompressionFields[] = {
    schema::attr<&CompressionParams::level>("level", Need::required,
                                            "For Grafana Alloy; the fastest is taken."),
};
constexpr schema::BlockSchema kCompression = schema::schema_of(kCompressionFields);

constexpr schema::Field kCookiesFields[] = {
    schema::attr<&Cookies::enabled>("enabled", Need::optional, "Has no effect yet."),
};
constexpr schema::BlockSchema kCookies = schema::schema_of(kCookiesFields);

constexpr schema::Field kClientFields[] = {
    schema::attr<&ClientArguments::endpoint>(
        "endpoint", Need::required, "Where to send to, without /v1/traces: http://tempo:4318."),
    schema::attr<&ClientArguments::proxy_url>("proxy_url", Need::optional,
                                              "Proxy on the way to the server."),
    schema::attr<&ClientArguments::compression>("compression", Need::optional,
                                                "gzip, zstd, snappy, deflate, zlib or none."),
    schema::block<&ClientArguments::compression_params>("compression_params", Need::optional,
                                                        "Compression level.", kCompression),
    schema::block<&ClientArguments::tls>("tls", Need::optional, "TLS of the connection.",
                                         kTlsClient),
    schema::attr<&ClientArguments::read_buffer_size>("read_buffer_size", Need::optional,
                                                     "For Grafana Alloy."),
    schema::attr<&ClientArguments::write_buffer_size>("write_buffer_size", Need::optional,
                                                      "For Grafana Alloy."),
    schema::attr<&ClientArguments::timeout>("timeout", Need::optional, "Timeout of one request."),
    schema::attr<&ClientArguments::auth>(
        "auth", Need::optional,
        "Credentials of the requests: the handler of an otelcol.auth component."),
    schema::attr<&ClientArguments::headers>("headers", Need::optional,
                                            "Headers to add to each request."),
    schema::attr<&ClientArguments::max_idle_conns>("max_idle_conns", Need::optional,
                                                   "For Grafana Alloy."),
    schema::attr<&ClientArguments::max_idle_conns_per_host>("max_idle_conns_per_host",
                                                            Need::optional, "For Grafana Alloy."),
    schema::attr<&ClientArguments::max_conns_per_host>("max_conns_per_host", Need::optional,
                                                       "For Grafana Alloy."),
    schema::attr<&ClientArguments::idle_conn_timeout>("idle_conn_timeout", Need::optional,
                                                      "For Grafana Alloy."),
    schema::attr<&ClientArguments::disable_keep_alives>("disable_keep_alives", Need::optional,
                                                        "For Grafana Alloy."),
    schema::attr<&ClientArguments::http2_read_idle_timeout>(
        "http2_read_idle_timeout", Need::optional, "For Grafana Alloy; HTTP/1.1 is used."),
    schema::attr<&ClientArguments::http2_ping_timeout>("http2_ping_timeout", Need::optional,
                                                       "For Grafana Alloy; HTTP/1.1 is used."),
    schema::attr<&ClientArguments::force_attempt_http2>("force_attempt_http2", Need::optional,
                                                        "For Grafana Alloy; HTTP/1.1 is used."),
    schema::block<&ClientArguments::cookies>("cookies", Need::optional, "Whether cookies are kept.",
                                             kCookies),
};

void validate_client(const ClientArguments& client, schema::Scope& scope) {
  sink::check_positive("timeout", client.timeout.value.count(), scope);
  sink::check_headers(client.headers, scope);
  if (scope.known("cookies") && client.cookies && client.cookies->enabled)
    scope.warning("cookies", "C090", "cookies are accepted but not kept yet");
}
constexpr schema::BlockSchema kClient =
    schema::schema_of<ClientArguments, validate_client>(kClientFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::client>("client", Need::required, "The server.", kClient),
    schema::block<&Arguments::sending_queue>("sending_queue", Need::optional,
                                             "Queue of data to send.", kQueue),
    schema::block<&Arguments::retry_on_failure>("retry_on_failure", Need::optional,
                                                "How requests that failed are retried.", kRetry),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional, "For Grafana Alloy.",
                                             kDebugMetrics),
    schema::attr<&Arguments::traces_endpoint>("traces_endpoint", Need::optional,
                                              "Where traces go, with the path."),
    schema::attr<&Arguments::metrics_endpoint>("metrics_endpoint", Need::optional,
                                               "Where metrics go, with the path."),
    schema::attr<&Arguments::logs_endpoint>("logs_endpoint", Need::optional,
                                            "Where logs go, with the path."),
    schema::attr<&Arguments::encoding>("encoding", Need::optional, "proto or json."),
};

std::vector<schema::HostNeed> needs(const Arguments& arguments) {
  std::vector<schema::HostNeed> all;
  const auto http = http_client_of(arguments.client);
  sink::add_needed_server(arguments.client.endpoint.text, http, all);
  return all;
}

}  // namespace

std::string url_of(const Arguments& arguments, std::string_view signal, const schema::Url& own) {
  if (!own.text.empty()) return own.text;
  std::string url = arguments.client.endpoint.text;
  while (url.ends_with('/')) url.pop_back();
  return url.empty() ? url : url + "/v1/" + std::string(signal);
}

HttpClientArguments http_client_of(const ClientArguments& client) {
  HttpClientArguments http;
  http.tls_config = tls_config_of(client.tls);
  http.proxy.proxy_url = client.proxy_url;
  http.proxy.proxy_from_environment = client.proxy_url.text.empty();
  return http;
}

const schema::Signature kSignature{
    .name = "otelcol.exporter.otlphttp",
    .doc = "Sends traces, metrics and logs by OTLP over HTTP and retries until they are accepted.",
    .arguments = schema::schema_of(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needs>,
};

}  // namespace components::otelcol::exporter_otlphttp
