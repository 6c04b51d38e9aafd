#include <algorithm>
#include <utility>

#include "base/text.h"
#include "components/otelcol/receiver_otlp/fronts.h"
#include "components/otelcol/shared/auth.h"
#include "components/shared/http_client/settings.h"
#include "io/http/cors.h"
#include "telemetry/otlp/json.h"
#include "telemetry/wire/content_coding.h"
#include "telemetry/wire/proto.h"

namespace components::otelcol::receiver_otlp {

namespace otlp = telemetry::otlp;
namespace wire = telemetry::wire;
using io::http::Request;
using io::http::Response;
using telemetry::Signal;

namespace {

/// Senders give up after ten seconds, most of them; they should hear before that to try again.
constexpr std::chrono::seconds kAnswerTimeout{9};
constexpr int kThreads = 2;
constexpr int kConnectionsMax = 4096;
/// Of all requests that are being received.
constexpr size_t kBodiesBytesMax = 128 << 20;

enum class Encoding { protobuf, json };

constexpr std::string_view name_of(Encoding encoding) {
  return encoding == Encoding::json ? "application/json" : "application/x-protobuf";
}

/// Of a Content-Type, whose parameters say nothing here.
std::optional<Encoding> encoding_of(std::string_view type) {
  const std::string plain = io::http::media_type(type);
  if (plain == name_of(Encoding::protobuf)) return Encoding::protobuf;
  if (plain == name_of(Encoding::json)) return Encoding::json;
  return std::nullopt;
}

/// The codes of google.rpc.Status, for those that read the body.
enum RpcCode : uint64_t {
  kInvalidArgument = 3,
  kResourceExhausted = 8,
  kUnimplemented = 12,
  kUnavailable = 14
};

/// An answer that senders retry after this has a hint how long to wait.
Response error_answer(Encoding encoding, int status, RpcCode code, std::string_view message) {
  std::string body;
  wire::append_varint(body, 1, code);
  wire::append_bytes(body, 2, message);
  Response response{status, {{"Content-Type", std::string(name_of(encoding))}}, {}};
  if (status == 429 || status == 503) response.headers.push_back({"Retry-After", "1"});
  response.body = encoding == Encoding::json ? otlp::json_of(otlp::kStatus, body) : std::move(body);
  return response;
}

Response answer_to(Encoding encoding, const Outcome& outcome) {
  switch (outcome.code) {
    case Outcome::Code::accepted:
      // A response without fields: nothing was rejected.
      return {200,
              {{"Content-Type", std::string(name_of(encoding))}},
              encoding == Encoding::json ? "{}" : ""};
    case Outcome::Code::invalid:
      return error_answer(encoding, 400, kInvalidArgument, outcome.message);
    case Outcome::Code::too_large:
      return error_answer(encoding, 413, kInvalidArgument, outcome.message);
    case Outcome::Code::unsupported:
      return error_answer(encoding, 404, kUnimplemented, outcome.message);
    case Outcome::Code::busy:
      return error_answer(encoding, 429, kResourceExhausted, outcome.message);
    case Outcome::Code::undelivered:
      break;
  }
  return error_answer(encoding, 503, kUnavailable, outcome.message);
}

std::shared_ptr<const telemetry::OtlpClient> client_of(const Request& request,
                                                       bool includes_metadata) {
  auto client = std::make_shared<telemetry::OtlpClient>();
  client->address = request.peer;
  if (includes_metadata)
    for (const auto& [name, value] : request.headers)
      client->metadata[base::to_lower(name)].push_back(value);
  return client;
}

/// Takes the content out of its encodings.
base::Result<std::string> request_of(Signal signal, Encoding encoding, std::string content) {
  if (encoding == Encoding::protobuf) return content;
  return otlp::request_of_json(otlp::request_of(signal), content);
}

}  // namespace

HttpFront::HttpFront(const HttpArguments& arguments, Inbox& inbox)
    : arguments_(arguments),
      bytes_max_(arguments.max_request_body_size.bytes != 0 ? arguments.max_request_body_size.bytes
                                                            : kHttpBytes),
      cors_{arguments.cors.allowed_origins, arguments.cors.allowed_headers,
            arguments.cors.exposed_headers, arguments.cors.max_age},
      inbox_(inbox) {}

base::Result<std::unique_ptr<HttpFront>> HttpFront::listen(const HttpArguments& arguments,
                                                           Inbox& inbox) {
  auto front = std::unique_ptr<HttpFront>(new HttpFront(arguments, inbox));
  io::http::Server::Options options;
  options.threads = kThreads;
  options.body_bytes_max = front->bytes_max_;
  options.bodies_bytes_max = kBodiesBytesMax;
  options.connections_max = kConnectionsMax;
  options.answer_timeout = kAnswerTimeout;
  options.keep_alive = arguments.keep_alives_enabled;
  options.late_answer = io::http::try_again("not delivered in time");
  const auto seconds = [](river::schema::Duration duration) {
    return std::chrono::ceil<std::chrono::seconds>(duration.value);
  };
  if (arguments.idle_timeout.value.count() > 0)
    options.idle_timeout = seconds(arguments.idle_timeout);
  if (arguments.read_timeout.value.count() > 0)
    options.request_timeout = seconds(arguments.read_timeout);
  if (arguments.tls) options.tls = tls_options(tls_config_of(*arguments.tls));
  auto server = io::http::Server::listen(
      arguments.endpoint.text, std::move(options),
      [self = front.get()](const Request& request, std::string body, io::http::Reply reply) {
        self->take(request, std::move(body), reply);
      });
  if (!server) return tl::unexpected(server.error());
  front->server_ = std::move(*server);
  return front;
}

std::optional<Signal> HttpFront::signal_of(std::string_view path) const {
  if (path == arguments_.traces_url_path) return Signal::traces;
  if (path == arguments_.metrics_url_path) return Signal::metrics;
  if (path == arguments_.logs_url_path) return Signal::logs;
  return std::nullopt;
}

void HttpFront::take(const Request& request, std::string body, const io::http::Reply& reply) const {
  const auto signal = signal_of(request.path());
  if (!signal) return reply(io::http::text_answer(404, "no such path"));
  if (io::http::is_preflight(request) && !cors_.allowed_origins.empty())
    return reply(io::http::answer_preflight(cors_, request));
  io::http::Headers headers;
  io::http::add_cors_headers(cors_, request, headers);
  const auto answer = [reply, headers](Response response) {
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    reply(response);
  };
  if (const auto& auth = arguments_.auth.pointer; auth && !auth->allows(request.headers))
    return answer(io::http::text_answer(401, "the request has no valid credentials"));
  if (request.method != "POST") return answer(io::http::text_answer(405, "only POST is taken"));
  const auto encoding = encoding_of(io::http::find(request.headers, "Content-Type"));
  if (!encoding)
    return answer(io::http::text_answer(
        415, "Content-Type is not application/x-protobuf or application/json"));

  const std::string_view coding_name = io::http::find(request.headers, "Content-Encoding");
  const auto coding = wire::coding_of(coding_name);
  const auto& allowed = arguments_.compression_algorithms;
  const bool is_allowed = coding == wire::Coding::none ||
                          std::ranges::find(allowed, base::to_lower(coding_name)) != allowed.end();
  const auto refuse = [&](Outcome::Code code, std::string message) {
    answer(answer_to(*encoding, {code, std::move(message)}));
  };
  if (!coding || !is_allowed)
    return refuse(Outcome::Code::invalid,
                  fmt::format("Content-Encoding \"{}\" is not supported", coding_name));
  auto content = wire::decode_body(*coding, std::move(body), bytes_max_);
  if (!content)
    return refuse(content.error().is_too_large ? Outcome::Code::too_large : Outcome::Code::invalid,
                  content.error().message);
  auto bytes = request_of(*signal, *encoding, std::move(*content));
  if (!bytes) return refuse(Outcome::Code::invalid, bytes.error().message);

  inbox_.take(*signal, std::move(*bytes), client_of(request, arguments_.include_metadata),
              [answer, encoding = *encoding](const Outcome& outcome) {
                answer(answer_to(encoding, outcome));
              });
}

}  // namespace components::otelcol::receiver_otlp
