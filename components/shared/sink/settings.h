#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "components/shared/http_client/settings.h"
#include "io/http/message.h"
#include "io/http/url.h"

namespace components::sink {

/// A duration of the configuration as one that can be added to any point of the clock: not
/// negative, ten years at most.
std::chrono::nanoseconds bounded(std::chrono::nanoseconds duration);

/// The same, rounded up to what a client waits for.
std::chrono::milliseconds bounded_milliseconds(std::chrono::nanoseconds duration);

/// How the requests of one sender reach the server. For one thread.
class Transport {
 public:
  virtual ~Transport() = default;

  /// One try to deliver a request. The answer of a server that speaks another protocol than HTTP is
  /// given as the HTTP answer that means the same, so that one table (answer.h) says what becomes
  /// of the request. Fails when no answer came in time, or `abort` was requested.
  virtual base::Result<io::http::Response> send(const io::http::Request& request,
                                                std::chrono::milliseconds timeout,
                                                const std::stop_token& abort) = 0;

  /// After an error: no request was made, for want of a secret or a certificate.
  virtual bool lacked_login() const = 0;
};

/// What sending to one endpoint needs to know, whatever the protocol; made from a component's
/// arguments. Immutable; a reload replaces it as a whole. A protocol derives its own.
struct Settings {
  std::string name;      ///< of the endpoint, in the configuration; may be empty
  std::string url_text;  ///< as written there
  base::Result<io::http::Url> url;
  std::shared_ptr<HttpSettings> http;
  std::map<std::string, std::string> extra_headers;  ///< asked for in the configuration
  std::chrono::milliseconds remote_timeout{0};
  std::chrono::milliseconds min_backoff{0};
  std::chrono::milliseconds max_backoff{0};
  int64_t tries_max = 0;  ///< in all; 0: no limit
  bool retry_on_http_429 = true;
  size_t request_bytes_max = 0;
  std::chrono::nanoseconds batch_wait{0};  ///< longest time an entry waits for a request
  size_t queue_bytes_max = 0;
  bool block_on_overflow = true;
  std::chrono::nanoseconds drain_timeout{0};  ///< how long an end goes on sending
  size_t shards = 1;                          ///< parallel requests of one lane
  std::string own_lane;                       ///< lane of entries that do not name one
  std::string_view lane_noun = "lane";        ///< what the protocol calls one

  Settings() = default;
  virtual ~Settings() = default;
  Settings(const Settings&) = default;
  Settings& operator=(const Settings&) = default;

  /// "loki:3100", for metrics and messages.
  std::string host() const { return url ? url->host_header() : std::string(); }
  /// The url without what may be secret, its login and its query, for metrics.
  std::string shown_url() const;
  /// Where the requests of a lane go, for messages.
  std::string place(const std::string& lane) const {
    return lane == own_lane ? host() : fmt::format("{}: {} \"{}\"", host(), lane_noun, lane);
  }
  /// The headers that the protocol wants on a request of this lane.
  virtual io::http::Headers protocol_headers(const std::string& lane) const = 0;
  /// Adds credentials that the client's own settings do not have. Fails when there are none.
  virtual base::Result<void> sign(io::http::Headers& /*headers*/) const { return {}; }
  /// A way to the server, for one sender. By default HTTP, to `url`.
  virtual std::unique_ptr<Transport> connect() const;
  /// Whether they are made of equal arguments; `other` is of the same protocol.
  virtual bool equals(const Settings& other) const = 0;
};
using SettingsPtr = std::shared_ptr<const Settings>;

/// What the blocks `endpoint` of all protocols say alike.
template <class Arguments>
void set_endpoint(const Arguments& endpoint, Settings& settings) {
  settings.name = endpoint.name;
  settings.url_text = endpoint.url.text;
  settings.url = io::http::parse_url(endpoint.url.text);
  settings.http = std::make_shared<HttpSettings>(endpoint.http);
  settings.extra_headers = endpoint.headers;
  settings.remote_timeout = bounded_milliseconds(endpoint.remote_timeout.value);
}

/// The same of those that say in the endpoint itself how it is tried again.
template <class Arguments>
void set_retries(const Arguments& endpoint, Settings& settings) {
  settings.min_backoff = bounded_milliseconds(endpoint.min_backoff_period.value);
  settings.max_backoff = bounded_milliseconds(endpoint.max_backoff_period.value);
  settings.tries_max = endpoint.max_backoff_retries.value_or(0);
  settings.retry_on_http_429 = endpoint.retry_on_http_429;
}

}  // namespace components::sink
