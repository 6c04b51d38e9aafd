#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "base/version.h"
#include "components/otelcol/exporter_otlp/otlp.h"
#include "components/shared/http_client/settings.h"
#include "io/rpc/client.h"
#include "telemetry/wire/proto.h"

namespace components::otelcol::exporter_otlp {

namespace rpc = io::rpc;
using telemetry::Signal;
using telemetry::wire::ProtoReader;

namespace {

std::string method_of(Signal signal) {
  const std::string_view service = signal == Signal::traces    ? "trace.v1.TraceService"
                                   : signal == Signal::metrics ? "metrics.v1.MetricsService"
                                                               : "logs.v1.LogsService";
  return fmt::format("/opentelemetry.proto.collector.{}/Export", service);
}

/// The seconds of the RetryInfo in a google.rpc.Status, rounded up; 0: there is none.
uint64_t retry_seconds(std::string_view details) {
  uint64_t seconds = 0;
  ProtoReader status(details);
  while (status.next()) {
    if (status.tag() != 3) {
      status.skip();
      continue;
    }
    std::string_view type, value;
    ProtoReader any(status.bytes());
    while (any.next()) (any.tag() == 1 ? type : value) = any.bytes();
    if (!type.ends_with("/google.rpc.RetryInfo")) continue;
    ProtoReader info(value);
    while (info.next()) {
      ProtoReader delay(info.bytes());
      while (delay.next()) {
        const bool is_seconds = delay.tag() == 1;
        const uint64_t number = delay.varint();
        seconds = is_seconds ? number : seconds + (number > 0 ? 1 : 0);
      }
    }
  }
  return std::min<uint64_t>(seconds, 3600);
}

class RpcTransport final : public sink::Transport {
 public:
  RpcTransport(const ClientArguments& client, Signal signal) : method_(method_of(signal)) {
    const Server server = server_of(client);
    rpc::Client::Options options;
    if (server.has_tls) options.tls = tls_options(tls_config_of(client.tls));
    options.compresses = client.compression == Compression::gzip;
    options.authority = client.authority;
    options.user_agent = fmt::format("Tributary/{}", base::kVersion);
    if (client.keepalive) {
      const auto milliseconds = [](river::schema::Duration duration) {
        return std::chrono::ceil<std::chrono::milliseconds>(duration.value);
      };
      options.ping_after = milliseconds(client.keepalive->ping_wait);
      options.ping_timeout = milliseconds(client.keepalive->ping_response_timeout);
      options.pings_without_calls = client.keepalive->ping_without_stream;
    }
    client_ = rpc::Client::make(server.name, options);
  }

  base::Result<io::http::Response> send(const io::http::Request& request,
                                        std::chrono::milliseconds timeout,
                                        const std::stop_token& abort) override {
    if (!client_) return tl::unexpected(client_.error());
    rpc::Client::Metadata metadata;
    for (const auto& [name, value] : request.headers)
      if (const std::string lower = base::to_lower(name);
          lower != "content-type" && lower != "user-agent")
        metadata.emplace_back(lower, value);
    std::string response;
    const rpc::Status status =
        (*client_)->call(method_, metadata, request.body, timeout, abort, response);
    if (auto answer = answer_of(status, std::move(response))) return std::move(*answer);
    return base::fail("gRPC {}: {}", rpc::name_of(status.code), status.message);
  }
  bool lacked_login() const override { return !client_.has_value(); }

 private:
  const std::string method_;
  base::Result<std::unique_ptr<rpc::Client>> client_ = nullptr;
};

/// The row of the status; 0: no answer came.
int http_status_of(const rpc::Status& status) {
  switch (status.code) {
    case rpc::Code::ok:
      return 200;
    case rpc::Code::invalid_argument:
      return 400;
    case rpc::Code::unauthenticated:
      return 401;
    case rpc::Code::permission_denied:
      return 403;
    case rpc::Code::unimplemented:
    case rpc::Code::not_found:
      return 404;
    case rpc::Code::resource_exhausted:
      // The size of a message, which a wait does not change; servers of all languages say so.
      return status.message.find("larger than max") != std::string::npos ? 413 : 429;
    case rpc::Code::cancelled:
    case rpc::Code::deadline_exceeded:
    case rpc::Code::unavailable:
      return status.details.empty() ? 0 : 503;
    case rpc::Code::aborted:
    case rpc::Code::out_of_range:
    case rpc::Code::data_loss:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

std::optional<io::http::Response> answer_of(const rpc::Status& status, std::string response) {
  const int code = http_status_of(status);
  if (code == 0) return std::nullopt;
  if (code == 200) return io::http::Response{200, {}, std::move(response)};
  io::http::Response answer{
      code, {}, fmt::format("gRPC {}: {}", rpc::name_of(status.code), status.message)};
  if (const uint64_t seconds = retry_seconds(status.details); seconds > 0)
    answer.headers.push_back({"Retry-After", std::to_string(seconds)});
  return answer;
}

std::unique_ptr<sink::Transport> connect(const ClientArguments& client, Signal signal) {
  return std::make_unique<RpcTransport>(client, signal);
}

}  // namespace components::otelcol::exporter_otlp
