#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "components/otelcol/shared/export/signature.h"
#include "components/otelcol/shared/signature.h"
#include "components/otelcol/shared/tls/signature.h"
#include "components/shared/http_client/signature.h"

/// otelcol.exporter.otlphttp sends traces, metrics and logs by OTLP over HTTP.
namespace components::otelcol::exporter_otlphttp {

enum class Encoding { proto, json };

struct CompressionParams {
  int64_t level = 0;
};

struct Cookies {
  bool enabled = false;
};

struct ClientArguments {
  river::schema::Url endpoint;
  river::schema::Url proxy_url;
  Compression compression = Compression::gzip;
  std::optional<CompressionParams> compression_params;
  TlsClientArguments tls;
  river::schema::ByteSize read_buffer_size;
  river::schema::ByteSize write_buffer_size{512 << 10};
  river::schema::Duration timeout = std::chrono::seconds(30);
  std::map<std::string, std::string> headers;
  OtelHandler auth;
  int64_t max_idle_conns = 100;
  int64_t max_idle_conns_per_host = 0;
  int64_t max_conns_per_host = 0;
  river::schema::Duration idle_conn_timeout = std::chrono::seconds(90);
  bool disable_keep_alives = false;
  river::schema::Duration http2_read_idle_timeout{};
  river::schema::Duration http2_ping_timeout = std::chrono::seconds(15);
  bool force_attempt_http2 = true;
  std::optional<Cookies> cookies;
};

struct Arguments {
  ClientArguments client;
  QueueArguments sending_queue;
  RetryArguments retry_on_failure;
  DebugMetrics debug_metrics;
  river::schema::Url traces_endpoint;
  river::schema::Url metrics_endpoint;
  river::schema::Url logs_endpoint;
  Encoding encoding = Encoding::proto;
};

/// Where a signal is sent to: its own endpoint, else the client's and the signal's path.
std::string url_of(const Arguments& arguments, std::string_view signal,
                   const river::schema::Url& own);
/// As other components have it.
HttpClientArguments http_client_of(const ClientArguments& client);

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::exporter_otlphttp

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::exporter_otlphttp::Encoding>
    kEnumNames<components::otelcol::exporter_otlphttp::Encoding>[] = {
        {"proto", components::otelcol::exporter_otlphttp::Encoding::proto},
        {"json", components::otelcol::exporter_otlphttp::Encoding::json},
};
}  // namespace river::schema
