#pragma once
#include <map>
#include <optional>
#include <string>

#include "components/otelcol/shared/export/signature.h"
#include "components/otelcol/shared/signature.h"
#include "components/otelcol/shared/tls/signature.h"

/// otelcol.exporter.otlp sends traces, metrics and logs by OTLP over gRPC.
namespace components::otelcol::exporter_otlp {

struct KeepaliveClient {
  river::schema::Duration ping_wait{};
  river::schema::Duration ping_response_timeout{};
  bool ping_without_stream = false;
};

struct ClientArguments {
  std::string endpoint;  ///< host:port, with or without http:// or https://
  Compression compression = Compression::gzip;
  TlsClientArguments tls;
  std::optional<KeepaliveClient> keepalive;
  river::schema::ByteSize read_buffer_size;
  river::schema::ByteSize write_buffer_size{512 << 10};
  bool wait_for_ready = false;
  std::map<std::string, std::string> headers;
  OtelHandler auth;
  std::string balancer_name = "round_robin";
  std::string authority;
};

struct Arguments {
  river::schema::Duration timeout = std::chrono::seconds(5);
  QueueArguments sending_queue;
  RetryArguments retry_on_failure;
  DebugMetrics debug_metrics;
  ClientArguments client;
};

/// The endpoint as gRPC wants it, and whether TLS is spoken: a scheme decides, else tls.insecure.
struct Server {
  std::string name;
  bool has_tls = true;
};
Server server_of(const ClientArguments& client);

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::exporter_otlp
