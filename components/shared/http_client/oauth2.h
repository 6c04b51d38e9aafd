#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "components/shared/http_client/signature.h"
#include "io/http/client.h"
#include "io/loop.h"

namespace components {

/// The token of OAuth 2.0 client credentials (RFC 6749, 4.4), for all clients of one endpoint:
/// asked for when it is needed, kept until shortly before it expires. Thread safe.
class Oauth2Token {
 public:
  explicit Oauth2Token(Oauth2Arguments arguments) : arguments_(std::move(arguments)) {}

  /// "Bearer abc", for the Authorization header; asks the token endpoint when there is none, for at
  /// most `timeout`. Blocks. Other callers meanwhile wait for what it gets, the error as well.
  base::Result<std::string> authorization(std::chrono::milliseconds timeout, std::stop_token stop);
  /// A server has refused this value: unless there is another one already, the next call asks.
  void refused(std::string_view authorization);

  /// The same on an event loop: on_token is called at once when there is a token, else from the
  /// loop, for all who ask meanwhile with what the first of them gets. It keeps this object alive,
  /// and is not called when the loop ends first.
  using OnToken = std::function<void(const base::Result<std::string>&)>;
  void authorization(io::Loop& loop, std::chrono::milliseconds timeout, OnToken on_token);

 private:
  using Clock = std::chrono::steady_clock;

  /// A request for a token, and how to send it.
  struct Ask {
    io::http::Url url;
    io::http::Client::Options options;
    io::http::Headers headers;
    std::string form;
    bool is_login_in_form = false;  ///< some servers want it there, some in a header

    io::http::Request request() const { return {"POST", url.target, headers, form}; }
  };
  /// A request on an event loop, which owns it.
  struct Fetch {
    io::Loop& loop;
    Clock::time_point until;
    std::vector<OnToken> waiting{};
    base::Error refusal{};  ///< of the first form
  };

  std::optional<std::string> current() REQUIRES_LOCK(mutex_);
  base::Result<Ask> make_ask(bool in_other_form);
  base::Result<std::string> take(const Ask& ask, const base::Result<io::http::Response>& answer);
  void send(const std::shared_ptr<Fetch>& fetch, bool in_other_form);
  void end(Fetch& fetch, const base::Result<std::string>& result);
  base::Result<std::string> fetch(std::chrono::milliseconds timeout, const std::stop_token& stop);

  const Oauth2Arguments arguments_;
  base::Mutex mutex_;
  std::string authorization_ GUARDED_BY(mutex_);
  Clock::time_point expires_ GUARDED_BY(mutex_);
  bool is_login_in_form_ GUARDED_BY(mutex_) = false;  ///< was accepted last
  std::weak_ptr<Fetch> fetch_ GUARDED_BY(mutex_);     ///< under way

  base::Mutex fetching_;  ///< held by the one caller that asks
  base::Error failure_ GUARDED_BY(fetching_);
  Clock::time_point failed_ GUARDED_BY(fetching_);
};

/// What a token endpoint's answer grants. Pure.
struct Oauth2Grant {
  std::string authorization;              ///< "Bearer abc"
  std::chrono::milliseconds lifetime{0};  ///< of use from now on; 0: no end is known
};
base::Result<Oauth2Grant> parse_grant(const io::http::Response& response);

}  // namespace components
