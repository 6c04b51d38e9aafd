#pragma once
#include <memory>
#include <optional>

#include "components/shared/http_client/settings.h"
#include "io/http/async_client.h"
#include "io/http/client.h"

namespace components {

/// A blocking HTTP client as a configuration wants it: with its TLS, proxy, login, headers and
/// redirects. For one thread at a time.
///
/// A redirect is followed at most kRedirectsMax times, and never from https to http. GET and HEAD
/// follow every kind; other methods only those that keep the method and the body (307, 308), as the
/// others would lose what is sent. Another host gets neither login nor http_headers. What is not
/// followed is the Response.
class HttpClient {
 public:
  static constexpr int kRedirectsMax = 10;

  HttpClient(io::http::Url server, std::shared_ptr<HttpSettings> settings);
  /// Of the body of an answer no more than `answer_bytes_max` is read: for who wants its status.
  HttpClient(io::http::Url server, std::shared_ptr<HttpSettings> settings, size_t answer_bytes_max);

  /// As io::http::Client::send(). The settings' headers replace those of the request. A token that
  /// is answered 401 is replaced, once.
  base::Result<io::http::Response> send(const io::http::Request& request,
                                        std::chrono::milliseconds timeout,
                                        const std::stop_token& stop) {
    return call(request, nullptr, timeout, stop);
  }
  /// As io::http::Client::stream().
  base::Result<io::http::Response> stream(const io::http::Request& request,
                                          std::chrono::milliseconds timeout,
                                          const io::http::OnData& on_data,
                                          const std::stop_token& stop) {
    return call(request, &on_data, timeout, stop);
  }

  /// After an error: no request was made, as a file with a secret could not be read, the settings
  /// name a proxy that is none, or no token was to be had.
  bool lacked_login() const { return lacked_login_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Exchange {
    const io::http::Request& request;
    const io::http::OnData* on_data;
    Clock::time_point until;
    const std::stop_token& stop;
  };
  struct Elsewhere {
    io::http::Url server;
    io::http::Client client;
  };

  base::Result<io::http::Response> call(const io::http::Request& request,
                                        const io::http::OnData* on_data,
                                        std::chrono::milliseconds timeout,
                                        const std::stop_token& stop);
  HttpClient(io::http::Url server, std::shared_ptr<HttpSettings> settings,
             base::Result<io::http::Client::Options> options);
  base::Result<io::http::Response> follow(const Exchange& exchange, const io::http::Headers& login);
  io::http::Client& client_for(const io::http::Url& url);

  const io::http::Url server_;
  const std::shared_ptr<HttpSettings> settings_;
  const base::Result<io::http::Client::Options> options_;
  std::optional<io::http::Client> client_;
  std::unique_ptr<Elsewhere> elsewhere_;  ///< where the last redirect led
  bool lacked_login_ = false;
};

/// An HTTP client on the event loop as a configuration wants it: what HttpClient is for a thread,
/// with the same rules. Thread safe. It may be destroyed while calls are under way, which go on
/// until they are cancelled.
class AsyncHttpClient {
 public:
  using OnDone = io::http::AsyncClient::OnDone;

  /// The loop outlives the client and its calls. An answer whose body is longer than
  /// `body_bytes_max` is an error.
  AsyncHttpClient(io::Loop& loop, io::http::Url server, std::shared_ptr<HttpSettings> settings,
                  size_t body_bytes_max = io::http::Client::Options().body_bytes_max);

  /// As io::http::AsyncClient::send() and stream(): on_done is called once, on the loop, never from
  /// within a call here. `timeout` is for all the requests that a login and redirects make.
  std::shared_ptr<io::http::AsyncCall> send(io::http::Request request,
                                            std::chrono::milliseconds timeout, OnDone on_done);
  std::shared_ptr<io::http::AsyncCall> stream(io::http::Request request,
                                              std::chrono::milliseconds timeout,
                                              io::http::OnData on_data, OnDone on_done);

 private:
  struct Shared;
  class Call;
  std::shared_ptr<Shared> shared_;
};

/// Where to ask again after this answer to a request to `at`; nothing when it is no redirect, or
/// one that is not followed. Pure.
std::optional<io::http::Url> redirect_of(const io::http::Request& request, const io::http::Url& at,
                                         const io::http::Response& response);

/// `base` with these headers instead of those of the same names.
io::http::Headers with_headers(io::http::Headers base, const io::http::Headers& added);

}  // namespace components
