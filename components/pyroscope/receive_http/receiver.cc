#include "components/pyroscope/receive_http/receiver.h"

#include <algorithm>
#include <utility>

#include "components/pyroscope/receive_http/requests.h"
#include "components/shared/batches.h"
#include "components/shared/http_client/settings.h"
#include "river/schema/decode.h"
#include "telemetry/wire/content_coding.h"

namespace components::pyroscope::receive_http {

namespace wire = telemetry::wire;
using io::http::Request;
using io::http::Response;
using telemetry::Profile;

namespace {

/// Senders give up after ten seconds, most of them; they should hear before that to try again.
constexpr std::chrono::seconds kAnswerTimeoutMax{9};
constexpr int kThreads = 2;
constexpr int kConnectionsMax = 16384;
/// Largest request, before and after decompression.
constexpr size_t kBodyBytesMax = 32 << 20;
/// Of all requests that are being received.
constexpr size_t kBodiesBytesMax = 128 << 20;

constexpr std::string_view kPushPath = "/push.v1.PusherService/Push";
constexpr std::string_view kIngestPath = "/ingest";

/// The request out of its Content-Encoding, or the answer to one that has another.
tl::expected<std::string, Response> content_of(const Request& request, std::string body) {
  const auto name = io::http::find(request.headers, "Content-Encoding");
  const auto coding = wire::coding_of(name);
  if (!coding)
    return tl::unexpected(error_answer(501, Code::unimplemented,
                                       fmt::format("unknown Content-Encoding \"{}\"", name)));
  auto content = wire::decode_body(*coding, std::move(body), kBodyBytesMax);
  if (content) return std::move(*content);
  return tl::unexpected(error_answer(content.error().is_too_large ? 413 : 400,
                                     Code::invalid_argument, content.error().message));
}

void hand_over(Inbox& inbox, std::vector<Profile> profiles, const Response& taken,
               const io::http::Reply& reply) {
  const bool is_taken = inbox.take(std::move(profiles), [reply, taken](bool delivered) {
    reply(delivered ? taken : error_answer(503, Code::unavailable, "given up on the way"));
  });
  if (!is_taken) reply(error_answer(429, Code::resource_exhausted, "the queues are full"));
}

void take_push(Inbox& inbox, const Request& request, std::string body,
               const io::http::Reply& reply) {
  const auto encoding = encoding_of(io::http::find(request.headers, "Content-Type"));
  if (!encoding) return reply({415, {{"Accept-Post", "application/proto, application/json"}}, {}});
  auto content = content_of(request, std::move(body));
  if (!content) return reply(content.error());
  auto profiles = read_push(*encoding, *content);
  if (!profiles) return reply(error_answer(400, Code::invalid_argument, profiles.error().message));
  const bool is_json = *encoding == Encoding::json;
  const Response taken{200,
                       {{"Content-Type", is_json ? "application/json" : "application/proto"}},
                       is_json ? "{}" : ""};
  if (profiles->empty()) return reply(taken);
  hand_over(inbox, std::move(*profiles), taken, reply);
}

void take_ingest(Inbox& inbox, const Request& request, std::string body,
                 const io::http::Reply& reply) {
  auto content = content_of(request, std::move(body));
  if (!content) return reply(content.error());
  auto profile = read_ingest(request, std::move(*content));
  if (!profile) return reply(error_answer(400, Code::invalid_argument, profile.error().message));
  std::vector<Profile> profiles;
  profiles.push_back(std::move(*profile));
  hand_over(inbox, std::move(profiles), {200, {}, {}}, reply);
}

void take(Inbox& inbox, const Request& request, std::string body, const io::http::Reply& reply) {
  const std::string_view path = request.path();
  const bool is_push = path == kPushPath;
  if (!is_push && path != kIngestPath)
    return reply({404, {{"Content-Type", "text/plain"}}, "no such path\n"});
  if (request.method != "POST") return reply({405, {{"Allow", "POST"}}, {}});
  if (is_push)
    take_push(inbox, request, std::move(body), reply);
  else
    take_ingest(inbox, request, std::move(body), reply);
}

/// 0 is no limit for Go's servers, and means the default here.
void set_timeout(river::schema::Duration duration, std::chrono::seconds& timeout) {
  if (duration.value.count() > 0) timeout = std::chrono::ceil<std::chrono::seconds>(duration.value);
}

}  // namespace

Inbox::Inbox(const base::metrics::Scope& metrics) : flow_(metrics, telemetry::Flow::kProfiles) {}

base::Result<void> Inbox::update(const Arguments& arguments) {
  outbox_.set_receivers(receivers_of(arguments.forward_to));
  if (is_running_) return {};
  if (auto started = outbox_.start("pyroscope.out"); !started) return started;
  is_running_ = true;
  return {};
}

bool Inbox::take(std::vector<Profile> profiles, Done done) {
  if (!outbox_.has_room()) return false;
  telemetry::ProfileBatch batch;
  batch.profiles = std::move(profiles);
  batch.ack = telemetry::Ack(std::move(done));
  flow_.receive(batch.count());
  outbox_.put(std::move(batch));
  return true;
}

Receiver::Receiver(Context context, const Arguments& arguments)
    : context_(std::move(context)), first_(arguments), inbox_(context_.metrics) {}

base::Result<std::unique_ptr<io::http::Server>> Receiver::listen(const HttpArguments& arguments) {
  io::http::Server::Options options;
  options.threads = kThreads;
  options.body_bytes_max = kBodyBytesMax;
  options.bodies_bytes_max = kBodiesBytesMax;
  options.connections_max = arguments.conn_limit > 0
                                ? static_cast<int>(std::min<int64_t>(arguments.conn_limit, 1 << 20))
                                : kConnectionsMax;
  set_timeout(arguments.server_read_timeout, options.request_timeout);
  set_timeout(arguments.server_idle_timeout, options.idle_timeout);
  options.answer_timeout = kAnswerTimeoutMax;
  set_timeout(arguments.server_write_timeout, options.answer_timeout);
  options.answer_timeout = std::min(options.answer_timeout, kAnswerTimeoutMax);
  options.late_answer = error_answer(503, Code::unavailable, "not delivered in time");
  if (arguments.tls) options.tls = tls_options(arguments.tls->config());
  return io::http::Server::listen(
      arguments.address(), std::move(options),
      [&inbox = inbox_](const Request& request, std::string body, const io::http::Reply& reply) {
        take(inbox, request, std::move(body), reply);
      });
}

base::Result<void> Receiver::update(const Arguments& arguments) {
  if (auto updated = inbox_.update(arguments); !updated) return updated;
  problem_.clear();
  const HttpArguments& http = arguments.http;
  if (server_ && river::schema::encode(kHttp, &http) == river::schema::encode(kHttp, &*used_))
    return {};
  if (server_ && http.address() == used_->address()) server_.reset();
  auto opened = listen(http);
  if (!opened) {
    problem_ = opened.error().message;
    return {};
  }
  server_ = std::move(*opened);
  used_ = http;
  context_.log.info("taking profiles at {}", server_->address());
  return {};
}

/// The server is last: who waits hears from the inbox what became of the request.
void Receiver::stop() {
  inbox_.stop();
  if (server_) server_->stop();
}

Health Receiver::health() const {
  if (problem_.empty()) return {Health::State::healthy, {}};
  return {Health::State::unhealthy, problem_};
}

}  // namespace components::pyroscope::receive_http
