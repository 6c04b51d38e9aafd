#include "components/pyroscope/receive_http/inbox.h"

#include <utility>

#include "components/pyroscope/receive_http/requests.h"
#include "components/shared/batches.h"
#include "telemetry/wire/content_coding.h"

namespace components::pyroscope::receive_http {

namespace wire = telemetry::wire;
using io::http::Request;
using io::http::Response;
using telemetry::Profile;

namespace {

constexpr std::string_view kPushPath = "/push.v1.PusherService/Push";
constexpr std::string_view kIngestPath = "/ingest";

/// The request out of its Content-Encoding, or the answer to one that has another.
tl::expected<std::string, Response> content_of(const Request& request, std::string body) {
  const auto name = io::http::find(request.headers, "Content-Encoding");
  const auto coding = wire::coding_of(name);
  if (!coding)
    return tl::unexpected(error_answer(501, Code::unimplemented,
                                       fmt::format("unknown Content-Encoding \"{}\"", name)));
  auto content = wire::decode_body(*coding, std::move(body), Inbox::kRequestBytesMax);
  if (content) return std::move(*content);
  return tl::unexpected(error_answer(content.error().is_too_large ? 413 : 400,
                                     Code::invalid_argument, content.error().message));
}

void hand_over(Inbox& inbox, std::vector<Profile> profiles, const Response& taken,
               const io::http::Reply& reply) {
  const bool is_taken = inbox.put(std::move(profiles), [reply, taken](bool delivered) {
    reply(delivered ? taken : error_answer(503, Code::unavailable, "not delivered, send it again"));
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

}  // namespace

Response Inbox::late_answer() {
  return error_answer(503, Code::unavailable, "not delivered in time");
}

Inbox::Inbox(const base::metrics::Scope& metrics) : flow_(metrics, telemetry::Flow::kProfiles) {}

base::Result<void> Inbox::update(const Arguments& arguments) {
  outbox_.set_receivers(receivers_of(arguments.forward_to));
  if (is_running_) return {};
  if (auto started = outbox_.start("pyroscope.out"); !started) return started;
  is_running_ = true;
  return {};
}

void Inbox::take(const Request& request, std::string body, const io::http::Reply& reply) {
  const std::string_view path = request.path();
  const bool is_push = path == kPushPath;
  if (!is_push && path != kIngestPath) return reply(io::http::text_answer(404, "no such path"));
  if (request.method != "POST") return reply({405, {{"Allow", "POST"}}, {}});
  if (is_push)
    take_push(*this, request, std::move(body), reply);
  else
    take_ingest(*this, request, std::move(body), reply);
}

bool Inbox::put(std::vector<Profile> profiles, Done done) {
  if (!outbox_.has_room()) return false;
  telemetry::ProfileBatch batch;
  batch.profiles = std::move(profiles);
  batch.ack = telemetry::Ack(std::move(done), telemetry::Ack::Source::client);
  flow_.receive(batch.count());
  outbox_.put(std::move(batch));
  return true;
}

}  // namespace components::pyroscope::receive_http
