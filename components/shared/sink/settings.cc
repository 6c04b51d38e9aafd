#include "components/shared/sink/settings.h"

#include <algorithm>
#include <utility>

#include "components/shared/http_client/client.h"

namespace components::sink {
namespace {

/// Of an answer so much is read: what is written for people, and lists of what was refused.
constexpr size_t kAnswerBytesMax = 64 << 10;

/// A connection of its own, with the TLS, proxy, login and redirects of the configuration. What the
/// sender waits for is bounded by the client.
class HttpTransport final : public Transport {
 public:
  HttpTransport(io::http::Url server, std::shared_ptr<HttpSettings> settings)
      : client_(std::move(server), std::move(settings), kAnswerBytesMax) {}

  base::Result<io::http::Response> send(const io::http::Request& request,
                                        std::chrono::milliseconds timeout,
                                        const std::stop_token& abort) override {
    return client_.send(request, timeout, abort);
  }
  bool lacked_login() const override { return client_.lacked_login(); }

 private:
  HttpClient client_;
};

}  // namespace

std::chrono::nanoseconds bounded(std::chrono::nanoseconds duration) {
  return std::clamp<std::chrono::nanoseconds>(duration, std::chrono::nanoseconds(0),
                                              std::chrono::hours(24 * 365 * 10));
}

std::chrono::milliseconds bounded_milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::milliseconds>(bounded(duration));
}

std::string Settings::shown_url() const {
  if (!url) return {};
  const bool is_tls = url->scheme == io::http::Url::Scheme::https;
  return (is_tls ? "https://" : "http://") + host() + url->target.substr(0, url->target.find('?'));
}

std::unique_ptr<Transport> Settings::connect() const {
  return std::make_unique<HttpTransport>(*url, http);
}

}  // namespace components::sink
