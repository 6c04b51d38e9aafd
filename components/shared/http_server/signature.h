#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/tls_config/signature.h"
#include "river/schema/field.h"

/// The `http` and `grpc` blocks of components that others send to, as Grafana Alloy's server has
/// them.
namespace components {

enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

/// The certificate of the listener, and what it asks of clients.
struct ServerTlsArguments {
  std::string cert_pem;
  base::Secret key_pem;
  std::string cert_file;
  std::string key_file;
  ClientAuth client_auth_type = ClientAuth::none;
  std::string client_ca_file;
  std::string client_ca;
  std::string cipher_suites;
  TlsVersion min_version = TlsVersion::standard;

  /// As other components have it.
  TlsConfigArguments config() const;
};

struct Http2Arguments {
  bool enabled = false;
  int64_t max_handlers = 0;
  uint64_t max_concurrent_streams = 100;
  uint64_t max_decoder_header_table_size = 4096;
  uint64_t max_encoder_header_table_size = 4096;
  uint64_t max_read_frame_size = 0;
  bool permit_prohibited_ciphers = false;
  river::schema::Duration idle_timeout{};
  river::schema::Duration read_idle_timeout{};
  river::schema::Duration ping_timeout = std::chrono::seconds(15);
  river::schema::Duration write_byte_timeout{};
  int64_t max_upload_buffer_per_connection = 0;
  int64_t max_upload_buffer_per_stream = 0;
};

struct HttpServerArguments {
  std::string listen_address;
  int64_t listen_port = 8080;
  int64_t conn_limit = 0;
  river::schema::Duration server_read_timeout = std::chrono::seconds(30);
  river::schema::Duration server_write_timeout = std::chrono::seconds(30);
  river::schema::Duration server_idle_timeout = std::chrono::minutes(2);
  std::optional<ServerTlsArguments> tls;
  Http2Arguments http2;

  /// "host:port".
  std::string address() const;
};

/// Accepted for Grafana Alloy, which has no service behind its gRPC either.
struct GrpcServerArguments {
  static constexpr std::chrono::nanoseconds kEver = std::chrono::nanoseconds::max();

  std::string listen_address;
  int64_t listen_port = 0;
  int64_t conn_limit = 0;
  river::schema::Duration max_connection_age = kEver;
  river::schema::Duration max_connection_age_grace = kEver;
  river::schema::Duration max_connection_idle = kEver;
  int64_t server_max_recv_msg_size = 4 << 20;
  int64_t server_max_send_msg_size = 4 << 20;
  uint64_t server_max_concurrent_streams = 100;
  std::optional<ServerTlsArguments> tls;
};

extern const river::schema::BlockSchema kHttpServer;
extern const river::schema::BlockSchema kGrpcServer;

/// Adds the files that it names to what a component needs.
void add_needed_files(const HttpServerArguments& http, std::vector<river::schema::HostNeed>& needs);

/// The hook `claims` of arguments with such an `http` block: what they listen on.
std::vector<river::schema::Claim> claims_of(const HttpServerArguments& http);
template <class Arguments>
std::vector<river::schema::Claim> http_claims(const Arguments& arguments) {
  return claims_of(arguments.http);
}

}  // namespace components

namespace river::schema {
template <>
inline constexpr EnumName<components::ClientAuth> kEnumNames<components::ClientAuth>[] = {
    {"", components::ClientAuth::none},
    {"NoClientCert", components::ClientAuth::none},
    {"RequestClientCert", components::ClientAuth::request},
    {"RequireAnyClientCert", components::ClientAuth::require_any},
    {"VerifyClientCertIfGiven", components::ClientAuth::verify_if_given},
    {"RequireAndVerifyClientCert", components::ClientAuth::require_and_verify},
};
}  // namespace river::schema
