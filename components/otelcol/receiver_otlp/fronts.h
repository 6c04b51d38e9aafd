#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "components/otelcol/receiver_otlp/inbox.h"
#include "components/otelcol/receiver_otlp/signature.h"
#include "io/http/cors.h"
#include "io/http/server.h"
#include "io/rpc/server.h"

/// Where requests come in: each front takes them out of the encodings of its transport, and gives
/// them to the inbox.
namespace components::otelcol::receiver_otlp {

/// OTLP over HTTP (OTLP specification, OTLP/HTTP): POST of protobuf or JSON to a path per signal.
/// Listens while it lives.
class HttpFront {
 public:
  /// Takes the port. The inbox outlives it, and the requests that it was given.
  static base::Result<std::unique_ptr<HttpFront>> listen(const HttpArguments& arguments,
                                                         Inbox& inbox);
  /// Of what is bound, with the real port.
  const std::string& address() const { return server_->address(); }
  /// Takes no request any more. Those that wait are not answered: their senders send them again.
  void stop() { server_->stop(); }

 private:
  HttpFront(const HttpArguments& arguments, Inbox& inbox);

  void take(const io::http::Request& request, std::string body, const io::http::Reply& reply) const;
  std::optional<telemetry::Signal> signal_of(std::string_view path) const;

  const HttpArguments arguments_;
  const size_t bytes_max_;
  const io::http::CorsRules cors_;
  Inbox& inbox_;
  std::unique_ptr<io::http::Server> server_;
};

/// OTLP over gRPC: the Export services of the three signals. Listens while it lives.
class GrpcFront {
 public:
  /// Takes the port. The inbox outlives it, and the requests that it was given.
  static base::Result<std::unique_ptr<GrpcFront>> listen(const GrpcArguments& arguments,
                                                         Inbox& inbox);
  /// Of what is bound, with the real port.
  const std::string& address() const { return server_->address(); }
  /// Takes no request any more. Those that wait are answered so that their senders send them again.
  void stop() { server_->stop(); }

 private:
  GrpcFront(const GrpcArguments& arguments, Inbox& inbox);

  void take(io::rpc::Call call, io::rpc::Finish finish) const;

  const GrpcArguments arguments_;
  const size_t bytes_max_;
  Inbox& inbox_;
  std::unique_ptr<io::rpc::Server> server_;
};

}  // namespace components::otelcol::receiver_otlp
