#include "components/prometheus/receive_http/receiver.h"

#include <utility>

namespace components::prometheus::receive_http {
namespace {

constexpr int kThreads = 2;
/// Of all requests that are being received.
constexpr size_t kBodiesBytesMax = 128 << 20;

io::http::Server::Options server_options() {
  io::http::Server::Options options;
  options.threads = kThreads;
  options.body_bytes_max = kRequestBytesMax;
  options.bodies_bytes_max = kBodiesBytesMax;
  options.answer_timeout = HttpListener::kAnswerTimeoutMax;
  options.late_answer = answer_of(503, "not delivered in time");
  return options;
}

}  // namespace

Receiver::Receiver(Context context, const Arguments& arguments)
    : context_(std::move(context)),
      first_(arguments),
      inbox_(context_.metrics),
      listener_(server_options(), [this](const io::http::Request& request, std::string body,
                                         const io::http::Reply& reply) {
        inbox_.take(request, std::move(body), reply);
      }) {}

base::Result<void> Receiver::update(const Arguments& arguments) {
  if (auto updated = inbox_.update(arguments); !updated) return updated;
  if (listener_.update(arguments.http))
    context_.log.info("taking samples at {}{}", listener_.address(), kWritePath);
  return {};
}

/// The server is last: who waits hears from the inbox what became of the request.
void Receiver::stop() {
  inbox_.stop();
  listener_.stop();
}

}  // namespace components::prometheus::receive_http
