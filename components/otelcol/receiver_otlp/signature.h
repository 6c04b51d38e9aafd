#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "components/otelcol/shared/signature.h"
#include "components/otelcol/shared/tls/signature.h"

/// otelcol.receiver.otlp takes traces, metrics and logs over gRPC and HTTP (OTLP 1.11).
namespace components::otelcol::receiver_otlp {

struct KeepaliveServer {
  river::schema::Duration max_connection_idle{};
  river::schema::Duration max_connection_age{};
  river::schema::Duration max_connection_age_grace{};
  river::schema::Duration time{};
  river::schema::Duration timeout{};
};
struct KeepalivePolicy {
  river::schema::Duration min_time{};
  bool permit_without_stream = false;
};
struct Keepalive {
  KeepaliveServer server_parameters;
  KeepalivePolicy enforcement_policy;
};

struct GrpcArguments {
  river::schema::HostPort endpoint{"0.0.0.0:4317", {}};
  std::string transport = "tcp";
  std::optional<TlsServerArguments> tls;
  river::schema::ByteSize max_recv_msg_size;  ///< 0: kGrpcBytes
  int64_t max_concurrent_streams = 0;         ///< 0: as many as there is memory for
  river::schema::ByteSize read_buffer_size{512 << 10};
  river::schema::ByteSize write_buffer_size;
  Keepalive keepalive;
  OtelHandler auth;
  bool include_metadata = false;
};

struct CorsArguments {
  std::vector<std::string> allowed_origins;
  std::vector<std::string> allowed_headers;
  std::vector<std::string> exposed_headers;
  int64_t max_age = 0;  ///< seconds
};

struct HttpArguments {
  river::schema::HostPort endpoint{"0.0.0.0:4318", {}};
  std::optional<TlsServerArguments> tls;
  CorsArguments cors;
  OtelHandler auth;
  river::schema::ByteSize max_request_body_size;  ///< 0: kHttpBytes
  bool include_metadata = false;
  std::vector<std::string> compression_algorithms = {"",       "gzip",    "zstd", "zlib",
                                                     "snappy", "deflate", "lz4"};
  bool keep_alives_enabled = true;
  river::schema::Duration idle_timeout = std::chrono::minutes(1);
  river::schema::Duration read_timeout{};
  river::schema::Duration write_timeout = std::chrono::seconds(30);
  river::schema::Duration read_header_timeout = std::chrono::minutes(1);
  std::string traces_url_path = "/v1/traces";
  std::string metrics_url_path = "/v1/metrics";
  std::string logs_url_path = "/v1/logs";
};

struct Arguments {
  std::optional<GrpcArguments> grpc;
  std::optional<HttpArguments> http;
  DebugMetrics debug_metrics;
  OutputArguments output;
};

/// Largest requests before and after decompression, when the arguments do not say. The reference
/// takes 4 MiB over gRPC, which is a known cause of loss: its own batches can be larger.
inline constexpr uint64_t kHttpBytes = 20 << 20;
inline constexpr uint64_t kGrpcBytes = 16 << 20;

extern const river::schema::BlockSchema kGrpc, kHttp;
extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::receiver_otlp
