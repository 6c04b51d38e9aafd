#include "components/shared/http_server/signature.h"

#include <fmt/format.h>

namespace components {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kServerTlsFields[] = {
    schema::attr<&ServerTlsArguments::cert_pem>("cert_pem", Need::optional,
                                                "Certificate, as text."),
    schema::attr<&ServerTlsArguments::key_pem>("key_pem", Need::optional, "Its key, as text."),
    schema::attr<&ServerTlsArguments::cert_file>("cert_file", Need::optional,
                                                 "File of the certificate."),
    schema::attr<&ServerTlsArguments::key_file>("key_file", Need::optional, "File of its key."),
    schema::attr<&ServerTlsArguments::client_auth_type>(
        "client_auth_type", Need::optional, "NoClientCert or RequireAndVerifyClientCert."),
    schema::attr<&ServerTlsArguments::client_ca_file>(
        "client_ca_file", Need::optional, "File of the authority of clients' certificates."),
    schema::attr<&ServerTlsArguments::client_ca>(
        "client_ca", Need::optional, "The authority of clients' certificates, as text."),
    schema::attr<&ServerTlsArguments::cipher_suites>(
        "cipher_suites", Need::optional, "Not supported: those of the library are used."),
    schema::attr<&ServerTlsArguments::min_version>("min_version", Need::optional,
                                                   "Lowest TLS version."),
};

void validate_tls(const ServerTlsArguments& tls, schema::Scope& scope) {
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
constexpr schema::BlockSchema kServerTls =
    schema::schema_of<ServerTlsArguments, validate_tls>(kServerTlsFields);

template <auto Member>
consteval schema::Field unused(std::string_view name) {
  return schema::attr<Member>(name, Need::optional, "For Grafana Alloy; HTTP/1.1 is used.");
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
    schema::attr<&HttpServerArguments::listen_address>("listen_address", Need::optional,
                                                       "Address to listen on; empty: all."),
    schema::attr<&HttpServerArguments::listen_port>("listen_port", Need::optional,
                                                    "Port to listen on."),
    schema::attr<&HttpServerArguments::conn_limit>("conn_limit", Need::optional,
                                                   "Largest number of connections; 0: 16384."),
    schema::attr<&HttpServerArguments::server_read_timeout>("server_read_timeout", Need::optional,
                                                            "Time for a whole request."),
    schema::attr<&HttpServerArguments::server_write_timeout>(
        "server_write_timeout", Need::optional,
        "Longest time until an answer; after 9s senders are told to try again."),
    schema::attr<&HttpServerArguments::server_idle_timeout>(
        "server_idle_timeout", Need::optional, "A connection without requests is closed."),
    schema::block<&HttpServerArguments::tls>("tls", Need::optional, "Certificate of the server.",
                                             kServerTls),
    schema::block<&HttpServerArguments::http2>("http2", Need::optional, "For Grafana Alloy.",
                                               kHttp2),
};

void check_port(int64_t port, schema::Scope& scope) {
  if (scope.known("listen_port") && (port < 0 || port > 65535))
    scope.error("listen_port", "C088", "listen_port {} is not a port", port);
}

void validate_http(const HttpServerArguments& http, schema::Scope& scope) {
  check_port(http.listen_port, scope);
  if (scope.known("conn_limit") && (http.conn_limit < 0 || http.conn_limit > 1 << 20))
    scope.error("conn_limit", "C088", "conn_limit {} is not between 0 and 1048576",
                http.conn_limit);
}

constexpr schema::Field kGrpcFields[] = {
    unused<&GrpcServerArguments::listen_address>("listen_address"),
    unused<&GrpcServerArguments::listen_port>("listen_port"),
    unused<&GrpcServerArguments::conn_limit>("conn_limit"),
    unused<&GrpcServerArguments::max_connection_age>("max_connection_age"),
    unused<&GrpcServerArguments::max_connection_age_grace>("max_connection_age_grace"),
    unused<&GrpcServerArguments::max_connection_idle>("max_connection_idle"),
    unused<&GrpcServerArguments::server_max_recv_msg_size>("server_max_recv_msg_size"),
    unused<&GrpcServerArguments::server_max_send_msg_size>("server_max_send_msg_size"),
    unused<&GrpcServerArguments::server_max_concurrent_streams>("server_max_concurrent_streams"),
    schema::block<&GrpcServerArguments::tls>("tls", Need::optional, "For Grafana Alloy.",
                                             kServerTls),
};

void validate_grpc(const GrpcServerArguments& grpc, schema::Scope& scope) {
  check_port(grpc.listen_port, scope);
}

}  // namespace

constexpr schema::BlockSchema kHttpServer =
    schema::schema_of<HttpServerArguments, validate_http>(kHttpFields);
constexpr schema::BlockSchema kGrpcServer =
    schema::schema_of<GrpcServerArguments, validate_grpc>(kGrpcFields);

std::vector<schema::Claim> claims_of(const HttpServerArguments& http) {
  if (http.listen_port == 0) return {};
  return {{"tcp", {http.address(), {}}}};
}

void add_needed_files(const HttpServerArguments& http, std::vector<schema::HostNeed>& needs) {
  if (http.tls) add_needed_files(http.tls->config(), needs);
}

TlsConfigArguments ServerTlsArguments::config() const {
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

std::string HttpServerArguments::address() const {
  const bool is_ipv6 = listen_address.find(':') != std::string::npos && listen_address[0] != '[';
  return is_ipv6 ? fmt::format("[{}]:{}", listen_address, listen_port)
                 : fmt::format("{}:{}", listen_address, listen_port);
}

}  // namespace components
