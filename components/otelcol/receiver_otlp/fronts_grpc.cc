#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "components/otelcol/receiver_otlp/fronts.h"
#include "components/otelcol/shared/auth.h"
#include "components/shared/http_client/settings.h"
#include "telemetry/wire/content_coding.h"
#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"

namespace components::otelcol::receiver_otlp {

namespace rpc = io::rpc;
namespace wire = telemetry::wire;
using telemetry::Signal;

namespace {

std::optional<Signal> signal_of(std::string_view method) {
  if (method == "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    return Signal::traces;
  if (method == "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")
    return Signal::metrics;
  if (method == "/opentelemetry.proto.collector.logs.v1.LogsService/Export") return Signal::logs;
  return std::nullopt;
}

/// What the message is compressed with. The library removes the header of an encoding that it does
/// not know, but the formats begin as no request does that a sender writes.
wire::Coding coding_of(std::string_view message) {
  if (message.starts_with("\x1f\x8b")) return wire::Coding::gzip;
  if (message.starts_with("\x28\xb5\x2f\xfd")) return wire::Coding::zstd;
  if (wire::is_snappy_framed(message)) return wire::Coding::snappy;
  // RFC 1950: a method, a window and a checksum of both.
  const bool is_zlib = message.size() > 2 && message[0] == '\x78' &&
                       (0x7800 + static_cast<unsigned char>(message[1])) % 31 == 0;
  return is_zlib ? wire::Coding::zlib : wire::Coding::none;
}

/// Senders try again only what says when: google.rpc.Status with a RetryInfo of a second.
rpc::Status retry_later(rpc::Code code, const std::string& message) {
  std::string delay, info, any, status;
  wire::append_varint(delay, 1, 1);
  wire::append_bytes(info, 1, delay);
  wire::append_bytes(any, 1, "type.googleapis.com/google.rpc.RetryInfo");
  wire::append_bytes(any, 2, info);
  wire::append_varint(status, 1, static_cast<uint64_t>(code));
  wire::append_bytes(status, 2, message);
  wire::append_bytes(status, 3, any);
  return {code, message, std::move(status)};
}

rpc::Status status_of(const Outcome& outcome) {
  switch (outcome.code) {
    case Outcome::Code::accepted:
      return {};
    case Outcome::Code::invalid:
      return {rpc::Code::invalid_argument, outcome.message};
    case Outcome::Code::too_large:
      return {rpc::Code::resource_exhausted, outcome.message};
    case Outcome::Code::unsupported:
      return {rpc::Code::unimplemented, outcome.message};
    case Outcome::Code::busy:
      return retry_later(rpc::Code::resource_exhausted, outcome.message);
    case Outcome::Code::undelivered:
      break;
  }
  return retry_later(rpc::Code::unavailable, outcome.message);
}

std::shared_ptr<const telemetry::OtlpClient> client_of(rpc::Call& call, bool includes_metadata) {
  auto client = std::make_shared<telemetry::OtlpClient>();
  client->address = std::move(call.peer);
  if (includes_metadata)
    for (auto& [name, value] : call.metadata) client->metadata[name].push_back(std::move(value));
  return client;
}

io::http::Headers headers_of(const rpc::Call& call) {
  io::http::Headers headers;
  for (const auto& [name, value] : call.metadata) headers.push_back({name, value});
  return headers;
}

}  // namespace

GrpcFront::GrpcFront(const GrpcArguments& arguments, Inbox& inbox)
    : arguments_(arguments),
      bytes_max_(arguments.max_recv_msg_size.bytes != 0 ? arguments.max_recv_msg_size.bytes
                                                        : kGrpcBytes),
      inbox_(inbox) {}

base::Result<std::unique_ptr<GrpcFront>> GrpcFront::listen(const GrpcArguments& arguments,
                                                           Inbox& inbox) {
  auto front = std::unique_ptr<GrpcFront>(new GrpcFront(arguments, inbox));
  const auto milliseconds = [](river::schema::Duration duration) {
    return std::chrono::ceil<std::chrono::milliseconds>(duration.value);
  };
  const KeepaliveServer& keepalive = arguments.keepalive.server_parameters;
  rpc::Server::Options options;
  options.message_bytes_max = front->bytes_max_;
  if (arguments.max_concurrent_streams > 0)
    options.streams_max =
        static_cast<int>(std::min<int64_t>(arguments.max_concurrent_streams, INT32_MAX));
  options.idle_max = milliseconds(keepalive.max_connection_idle);
  options.age_max = milliseconds(keepalive.max_connection_age);
  options.age_grace = milliseconds(keepalive.max_connection_age_grace);
  options.ping_after = milliseconds(keepalive.time);
  options.ping_timeout = milliseconds(keepalive.timeout);
  if (const auto least = arguments.keepalive.enforcement_policy.min_time; least.value.count() > 0)
    options.ping_interval_min = milliseconds(least);
  options.at_stop = retry_later(rpc::Code::unavailable, "the receiver stops");
  if (arguments.tls) options.tls = tls_options(tls_config_of(*arguments.tls));
  auto server = rpc::Server::listen(arguments.endpoint.text, options,
                                    [self = front.get()](rpc::Call call, rpc::Finish finish) {
                                      self->take(std::move(call), std::move(finish));
                                    });
  if (!server) return tl::unexpected(server.error());
  front->server_ = std::move(*server);
  return front;
}

void GrpcFront::take(rpc::Call call, rpc::Finish finish) const {
  if (const auto& auth = arguments_.auth.pointer; auth && !auth->allows(headers_of(call)))
    return finish({rpc::Code::unauthenticated, "the call has no valid credentials"});
  const auto signal = signal_of(call.method);
  if (!signal)
    return finish({rpc::Code::unimplemented, fmt::format("no such method: {}", call.method)});
  const wire::Coding coding = coding_of(call.message);
  auto content = wire::decode_body(coding, std::move(call.message), bytes_max_);
  if (!content)
    return finish(
        status_of({content.error().is_too_large ? Outcome::Code::too_large : Outcome::Code::invalid,
                   content.error().message}));
  auto client = client_of(call, arguments_.include_metadata);
  inbox_.take(*signal, std::move(*content), std::move(client),
              [finish = std::move(finish)](const Outcome& outcome) { finish(status_of(outcome)); });
}

}  // namespace components::otelcol::receiver_otlp
