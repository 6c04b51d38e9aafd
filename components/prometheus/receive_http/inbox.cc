#include "components/prometheus/receive_http/inbox.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/text.h"
#include "components/shared/batches.h"
#include "telemetry/wire/content_coding.h"

namespace components::prometheus::receive_http {

namespace wire = telemetry::wire;
using io::http::Request;
using io::http::Response;
using io::http::text_answer;
using io::http::try_again;

namespace {

constexpr std::string_view kProtobuf = "application/x-protobuf";
constexpr std::string_view kMessage = "prometheus.WriteRequest";

/// Whether a Content-Type is that of remote write 1, which is meant by none, too.
bool is_write_request(std::string_view content_type) {
  const std::string type = io::http::media_type(content_type);
  if (!type.empty() && type != kProtobuf) return false;
  const size_t found = content_type.find("proto=");
  if (found == std::string_view::npos) return true;
  const std::string_view message = content_type.substr(found + std::string_view("proto=").size());
  return base::trimmed(message.substr(0, message.find(';'))) == kMessage;
}

template <class AnySample>
size_t drop_after(std::vector<AnySample>& samples, int64_t time_ms) {
  return std::erase_if(samples, [&](const AnySample& one) { return one.time_ms > time_ms; });
}

/// The request out of its compression, or the answer to one that cannot be read.
tl::expected<wire::ReceivedWrite, Response> read(std::string body, size_t samples_max) {
  auto message = wire::decode_body(wire::Coding::snappy, std::move(body), Inbox::kRequestBytesMax);
  if (!message)
    return tl::unexpected(text_answer(message.error().is_too_large ? 413 : 400,
                                      "snappy: " + message.error().message));
  auto received = wire::read_write(*message, samples_max);
  if (!received) return tl::unexpected(text_answer(400, received.error().message));
  return std::move(*received);
}

}  // namespace

Inbox::Inbox(const base::metrics::Scope& metrics)
    : way_(metrics),
      invalid_(way_.flow().dropped("invalid_labels")),
      out_of_bounds_(way_.flow().dropped("out_of_bounds")),
      invalid_labels_(
          metrics.counter("prometheus_api_remote_write_invalid_labels_samples_total",
                          "Samples dropped: no server takes the labels of their series.")) {}

base::Result<void> Inbox::update(const Arguments& arguments) {
  way_.set_receivers(receivers_of(arguments.forward_to));
  if (is_running_) return {};
  if (auto started = way_.start("receive_http"); !started) return started;
  is_running_ = true;
  return {};
}

void Inbox::take(const Request& request, std::string body, const io::http::Reply& reply) {
  if (request.path() != kWritePath) return reply(text_answer(404, "no such path"));
  if (request.method != "POST") return reply({405, {{"Allow", "POST"}}, {}});
  const std::string_view type = io::http::find(request.headers, "Content-Type");
  const std::string_view coding = io::http::find(request.headers, "Content-Encoding");
  if (!is_write_request(type))
    return reply(
        text_answer(415, fmt::format("not {};proto={}, but {}", kProtobuf, kMessage, type)));
  if (!coding.empty() && base::to_lower(coding) != "snappy")
    return reply(text_answer(415, fmt::format("the Content-Encoding is {}, not snappy", coding)));
  const auto key = OpenRequests::key_of(body);
  if (!open_->enter(key, reply)) return;
  if (!way_.has_room()) return open_->answer(key, try_again("the queues are full"), false);
  auto received = read(std::move(body), kSamplesMax);
  if (!received) return open_->answer(key, received.error(), false);
  pass_on(key, std::move(*received));
}

/// Of samples, histograms and exemplars.
size_t Inbox::drop_future(telemetry::SampleBatch& batch) const {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t last = std::chrono::floor<milliseconds>(now).count() + kAheadMaxMs;
  return drop_after(batch.samples, last) + drop_after(batch.histograms, last) +
         drop_after(batch.exemplars, last);
}

/// As remote write 1 wants it, samples beside those that cannot be taken are taken, and the answer
/// is 400 all the same. Labels that no server takes are left out without a word, as Prometheus
/// does.
void Inbox::pass_on(const OpenRequests::Key& key, wire::ReceivedWrite received) {
  telemetry::SampleBatch& batch = received.batch;
  const size_t future = drop_future(batch);
  way_.flow().receive(received.invalid + future);
  invalid_->add(received.invalid);
  invalid_labels_->add(received.invalid);
  out_of_bounds_->add(future);
  const Response done =
      future == 0
          ? Response{204, {}, {}}
          : text_answer(400, fmt::format("out of bounds: {} samples lie more than 10 minutes "
                                         "in the future; the others were taken",
                                         future));
  if (batch.count() == 0) return open_->answer(key, done, true);
  batch.ack = telemetry::Ack(
      [open = open_, key, done](bool delivered) {
        open->answer(key, delivered ? done : try_again("not delivered, send it again"), delivered);
      },
      telemetry::Ack::Source::client);
  way_.put(std::move(batch));
}

}  // namespace components::prometheus::receive_http
