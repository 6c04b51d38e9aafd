#include "components/pyroscope/receive_http/signature.h"

#include <fmt/format.h>

namespace components::pyroscope::receive_http {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kTlsFields[] = {
    schema::attr<&TlsArguments::cert_pem>("cert_pem", Need::optional, "Certificate, as text."),
    schema::attr<&TlsArguments::key_pem>("key_pem", Need::optional, "Its key, as text."),
    schema::attr<&TlsArguments::cert_file>("cert_file", Need::optional, "File of the certificate."),
    schema::attr<&TlsArguments::key_file>("key_file", Need::optional, "File of its key."),
    schema::attr<&TlsArguments::client_auth_type>("client_auth_type", Need::optional,
                                                  "NoClientCert or RequireAndVerifyClientCert."),
    schema::attr<&TlsArguments::client_ca_file>("client_ca_file", Need::optional,
                                                "File of the authority of clients' certificates."),
    schema::attr<&TlsArguments::client_ca>("client_ca", Need::optional,
                                           "The authority of clients' certificates, as text."),
    schema::attr<&TlsArguments::cipher_suites>("cipher_suites", Need::optional,
                                               "Not supported: those of the library are used."),
    schema::attr<&TlsArguments::min_version>("min_version", Need::optional,
                                             "Oldest version of TLS to speak."),
};

void validate_tls(const TlsArguments& tls, schema::Scope& scope) {
  const auto check_one_of = [&](std::string_view text, std::string_view file) {
    if (scope.given(text) && scope.given(file))
      scope.error(text, "C044", "{} and {} are both set; one is enough", text, file);
  };
  check_one_of("cert_pem", "cert_file");
  check_one_of("key_pem", "key_file");
  check_one_of("client_ca", "client_ca_file");
  const bool has_certificate = scope.given("cert_pem") || scope.given("cert_file");
  const bool has_key = scope.given("key_pem") || scope.given("key_file");
  if (!has_certificate || !has_key)
    scope.error("", "C044", "a listener needs a certificate and its key");
  const bool has_ca = scope.given("client_ca") || scope.given("client_ca_file");
  if (scope.known("client_auth_type")) {
    const bool verifies = tls.client_auth_type == ClientAuth::require_and_verify;
    if (tls.client_auth_type != ClientAuth::none && !verifies)
      scope.error("client_auth_type", "C091", "this client_auth_type is not supported yet");
    if (verifies && !has_ca)
      scope.error("client_auth_type", "C044", "client certificates need client_ca_file");
    if (!verifies && has_ca)
      scope.error("client_auth_type", "C091",
                  "an authority of clients needs client_auth_type RequireAndVerifyClientCert");
  }
  if (scope.known("cipher_suites") && !tls.cipher_suites.empty())
    scope.error("cipher_suites", "C091", "cipher_suites are not supported yet");
}
constexpr schema::BlockSchema kTls = schema::schema_of<TlsArguments, validate_tls>(kTlsFields);

template <auto Member>
consteval schema::Field unused(std::string_view name) {
  return schema::attr<Member>(name, Need::optional, "For Grafana Alloy; HTTP/1.1 is spoken.");
}

constexpr schema::Field kHttp2Fields[] = {
    unused<&Http2Arguments::enabled>("enabled"),
    unused<&Http2Arguments::max_handlers>("max_handlers"),
    unused<&Http2Arguments::max_concurrent_streams>("max_concurrent_streams"),
    unused<&Http2Arguments::max_decoder_header_table_size>("max_decoder_header_table_size"),
    unused<&Http2Arguments::max_encoder_header_table_size>("max_encoder_header_table_size"),
    unused<&Http2Arguments::max_read_frame_size>("max_read_frame_size"),
    unused<&Http2Arguments::permit_prohibited_ciphers>("permit_prohibited_ciphers"),
    unused<&Http2Arguments::idle_timeout>("idle_timeout"),
    unused<&Http2Arguments::read_idle_timeout>("read_idle_timeout"),
    unused<&Http2Arguments::ping_timeout>("ping_timeout"),
    unused<&Http2Arguments::write_byte_timeout>("write_byte_timeout"),
    unused<&Http2Arguments::max_upload_buffer_per_connection>("max_upload_buffer_per_connection"),
    unused<&Http2Arguments::max_upload_buffer_per_stream>("max_upload_buffer_per_stream"),
};

void validate_http2(const Http2Arguments& http2, schema::Scope& scope) {
  if (scope.known("enabled") && http2.enabled)
    scope.warning("enabled", "C090", "HTTP/2 is not spoken; clients fall back to HTTP/1.1");
}
constexpr schema::BlockSchema kHttp2 =
    schema::schema_of<Http2Arguments, validate_http2>(kHttp2Fields);

constexpr schema::Field kHttpFields[] = {
    schema::attr<&HttpArguments::listen_address>("listen_address", Need::optional,
                                                 "Address to listen on; empty: all."),
    schema::attr<&HttpArguments::listen_port>("listen_port", Need::optional, "Port to listen on."),
    schema::attr<&HttpArguments::conn_limit>("conn_limit", Need::optional,
                                             "Largest number of connections; 0: 16384."),
    schema::attr<&HttpArguments::server_read_timeout>("server_read_timeout", Need::optional,
                                                      "Time for a whole request."),
    schema::attr<&HttpArguments::server_write_timeout>(
        "server_write_timeout", Need::optional,
        "Longest time until an answer; after 9s senders are told to try again."),
    schema::attr<&HttpArguments::server_idle_timeout>("server_idle_timeout", Need::optional,
                                                      "A connection without requests is closed."),
    schema::block<&HttpArguments::tls>("tls", Need::optional, "Certificate of the server.", kTls),
    schema::block<&HttpArguments::http2>("http2", Need::optional, "For Grafana Alloy.", kHttp2),
};

void check_port(int64_t port, schema::Scope& scope) {
  if (scope.known("listen_port") && (port < 0 || port > 65535))
    scope.error("listen_port", "C088", "listen_port {} is not a port", port);
}

void validate_http(const HttpArguments& http, schema::Scope& scope) {
  check_port(http.listen_port, scope);
  if (scope.known("conn_limit") && (http.conn_limit < 0 || http.conn_limit > 1 << 20))
    scope.error("conn_limit", "C088", "conn_limit {} is not between 0 and 1048576",
                http.conn_limit);
}

constexpr schema::Field kGrpcFields[] = {
    unused<&GrpcArguments::listen_address>("listen_address"),
    unused<&GrpcArguments::listen_port>("listen_port"),
    unused<&GrpcArguments::conn_limit>("conn_limit"),
    unused<&GrpcArguments::max_connection_age>("max_connection_age"),
    unused<&GrpcArguments::max_connection_age_grace>("max_connection_age_grace"),
    unused<&GrpcArguments::max_connection_idle>("max_connection_idle"),
    unused<&GrpcArguments::server_max_recv_msg_size>("server_max_recv_msg_size"),
    unused<&GrpcArguments::server_max_send_msg_size>("server_max_send_msg_size"),
    unused<&GrpcArguments::server_max_concurrent_streams>("server_max_concurrent_streams"),
    schema::block<&GrpcArguments::tls>("tls", Need::optional, "For Grafana Alloy.", kTls),
};

void validate_grpc(const GrpcArguments& grpc, schema::Scope& scope) {
  check_port(grpc.listen_port, scope);
}
constexpr schema::BlockSchema kGrpc = schema::schema_of<GrpcArguments, validate_grpc>(kGrpcFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::http>("http", Need::optional, "Where to listen.", kHttp),
    schema::block<&Arguments::grpc>("grpc", Need::optional,
                                    "For Grafana Alloy; no profiles come over gRPC.", kGrpc),
    schema::attr<&Arguments::graceful_shutdown_timeout>(
        "graceful_shutdown_timeout", Need::optional,
        "For Grafana Alloy; at a stop senders are told at once to try again."),
    schema::attr<&Arguments::debug_info_upload_timeout>(
        "debug_info_upload_timeout", Need::optional,
        "For Grafana Alloy; no debug information is taken."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the profiles."),
};

std::vector<schema::Claim> claims(const Arguments& arguments) {
  if (arguments.http.listen_port == 0) return {};
  return {{"tcp", {arguments.http.address(), {}}}};
}

std::vector<schema::HostNeed> needs(const Arguments& arguments) {
  std::vector<schema::HostNeed> all;
  if (arguments.http.tls) add_needed_files(arguments.http.tls->config(), all);
  return all;
}

}  // namespace

constexpr schema::BlockSchema kHttp = schema::schema_of<HttpArguments, validate_http>(kHttpFields);

TlsConfigArguments TlsArguments::config() const {
  TlsConfigArguments tls;
  tls.cert_pem = cert_pem;
  tls.cert_file = cert_file;
  tls.key_pem = key_pem;
  tls.key_file = key_file;
  tls.ca_pem = client_ca;
  tls.ca_file = client_ca_file;
  tls.min_version = min_version;
  return tls;
}

std::string HttpArguments::address() const {
  const bool is_ipv6 = listen_address.find(':') != std::string::npos && listen_address[0] != '[';
  return is_ipv6 ? fmt::format("[{}]:{}", listen_address, listen_port)
                 : fmt::format("{}:{}", listen_address, listen_port);
}

constexpr schema::Signature kSignature{
    .name = "pyroscope.receive_http",
    .doc = "Takes profiles that applications and other agents push to it.",
    .arguments = schema::schema_of(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
    .claims = schema::hook<Arguments, claims>,
    .needs = schema::hook<Arguments, needs>,
};

}  // namespace components::pyroscope::receive_http
