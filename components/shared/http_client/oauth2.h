#pragma once
#include <chrono>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "components/shared/http_client/signature.h"
#include "io/http/message.h"

namespace components {

/// The token of OAuth 2.0 client credentials (RFC 6749, 4.4), for all clients of one endpoint:
/// asked for when it is needed, kept until shortly before it expires. Thread safe. The first caller
/// that finds none asks the token endpoint; others wait for what it gets, the error as well.
class Oauth2Token {
 public:
  explicit Oauth2Token(Oauth2Arguments arguments) : arguments_(std::move(arguments)) {}

  /// "Bearer abc", for the Authorization header. `timeout` bounds the request for a new one.
  base::Result<std::string> authorization(std::chrono::milliseconds timeout, std::stop_token stop);
  /// A server has refused this value: unless there is another one already, the next call asks.
  void refused(std::string_view authorization);

 private:
  using Clock = std::chrono::steady_clock;

  base::Result<void> fetch(std::chrono::milliseconds timeout, std::stop_token stop)
      REQUIRES_LOCK(mutex_);

  const Oauth2Arguments arguments_;
  base::Mutex mutex_;
  std::string authorization_ GUARDED_BY(mutex_);
  Clock::time_point expires_ GUARDED_BY(mutex_);
  base::Error failure_ GUARDED_BY(mutex_);
  Clock::time_point failed_ GUARDED_BY(mutex_);
  /// Some servers want client_id and client_secret as a login, some in the form.
  bool is_login_in_form_ GUARDED_BY(mutex_) = false;
};

/// What a token endpoint's answer grants. Pure.
struct Oauth2Grant {
  std::string authorization;              ///< "Bearer abc"
  std::chrono::milliseconds lifetime{0};  ///< of use from now on; 0: no end is known
};
base::Result<Oauth2Grant> parse_grant(const io::http::Response& response);

}  // namespace components
