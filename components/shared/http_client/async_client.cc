#include <algorithm>
#include <utility>

#include "base/mutex.h"
#include "components/shared/http_client/client.h"

namespace components {

using io::http::AsyncCall;
using io::http::AsyncClient;
using io::http::Headers;
using io::http::OnData;
using io::http::Request;
using io::http::Response;
using io::http::Url;
using std::chrono::milliseconds;

struct AsyncHttpClient::Shared {
  io::Loop& loop;
  const Url server;
  const std::shared_ptr<HttpSettings> settings;
  const base::Result<io::http::Client::Options> options;
  std::optional<AsyncClient> client;  ///< none: the settings have an error
};

/// One request with what it leads to: a request for a token, redirects, another try. Its steps
/// follow each other; only cancel() comes from elsewhere.
class AsyncHttpClient::Call final : public AsyncCall, public std::enable_shared_from_this<Call> {
 public:
  Call(std::shared_ptr<Shared> shared, Request request, milliseconds timeout, OnData on_data,
       OnDone on_done)
      : shared_(std::move(shared)),
        body_(request.body),
        request_(std::move(request)),
        until_(Clock::now() + std::min<milliseconds>(timeout, io::kWaitMax)),
        at_(shared_->server),
        on_data_(std::move(on_data)),
        on_done_(std::move(on_done)) {
    request_.body = body_;
    at_.target = request_.target;
  }

  void start() {
    if (!shared_->client) return finish_later(shared_->options.error());
    log_in();
  }

  void cancel() override {
    std::shared_ptr<AsyncCall> current;
    {
      base::Lock lock(mutex_);
      if (std::exchange(is_cancelled_, true)) return;
      current = current_.lock();
      paused_ = nullptr;
    }
    // Without a request under way it waits for a token, or is about to begin the next request.
    current ? current->cancel() : finish_later({"stopped"});
  }

  void pause() override {
    std::shared_ptr<AsyncCall> before;  // Ends after the lock: its end may be ours.
    base::Lock lock(mutex_);
    before = std::exchange(paused_, current_.lock());
    if (paused_) paused_->pause();
  }
  void resume() override {
    std::shared_ptr<AsyncCall> paused;
    base::Lock lock(mutex_);
    paused = std::exchange(paused_, nullptr);
    if (paused) paused->resume();
  }

 private:
  using Clock = std::chrono::steady_clock;

  HttpSettings& settings() const { return *shared_->settings; }
  milliseconds left() const { return std::chrono::ceil<milliseconds>(until_ - Clock::now()); }

  void log_in() {
    if (at_.scheme == Url::Scheme::unix_socket) return exchange();
    if (Oauth2Token* token = settings().token()) {
      return token->authorization(
          shared_->loop, left(),
          [self = shared_from_this()](const base::Result<std::string>& authorization) {
            self->on_token(authorization);
          });
    }
    auto headers = settings().headers(left(), {});  // Reads a file at most.
    if (!headers) return finish_later(headers.error());
    login_ = std::move(*headers);
    exchange();
  }
  void on_token(const base::Result<std::string>& authorization) {
    if (!authorization) return finish(tl::unexpected(authorization.error()));
    login_ = settings().headers_with(*authorization);
    exchange();
  }

  void exchange() {
    Request request = request_;
    request.target = at_.target;
    const bool is_home = at_.same_origin(shared_->server);
    if (is_home) request.headers = with_headers(std::move(request.headers), login_);
    std::optional<AsyncClient> elsewhere;
    if (!is_home) elsewhere.emplace(shared_->loop, at_, *shared_->options);
    AsyncClient& client = is_home ? *shared_->client : *elsewhere;
    // The lock makes sure that a cancellation finds the request that begins.
    base::Lock lock(mutex_);
    if (is_cancelled_) return finish_later({"stopped"});
    current_ = client.stream(std::move(request), left(), on_data_,
                             [self = shared_from_this()](base::Result<Response> answer) {
                               self->on_answer(std::move(answer));
                             });
  }

  void on_answer(base::Result<Response> answer) {
    {
      base::Lock lock(mutex_);
      current_.reset();
    }
    if (!answer) return finish(std::move(answer));
    if (answer->status == 401 && !is_again_ && settings().renew(login_)) {
      is_again_ = true;
      redirects_ = 0;
      at_ = shared_->server;
      at_.target = request_.target;
      return log_in();
    }
    const bool may_follow =
        settings().arguments().follow_redirects && redirects_++ < HttpClient::kRedirectsMax;
    auto next = may_follow ? redirect_of(request_, at_, *answer) : std::nullopt;
    if (!next) return finish(std::move(answer));
    at_ = std::move(*next);
    exchange();
  }

  void finish_later(base::Error error) {
    shared_->loop.post([self = shared_from_this(), error = std::move(error)] {
      self->finish(tl::unexpected(error));
    });
  }
  /// The first result is the one of the call. What the callbacks own is let go of.
  void finish(base::Result<Response> result) {
    OnData on_data;
    OnDone on_done;
    {
      base::Lock lock(mutex_);
      on_data.swap(on_data_);
      on_done.swap(on_done_);
    }
    if (on_done) on_done(std::move(result));
  }

  const std::shared_ptr<Shared> shared_;
  const std::string body_;
  Request request_;
  const Clock::time_point until_;
  Url at_;
  Headers login_;
  bool is_again_ = false;
  int redirects_ = 0;

  base::Mutex mutex_;
  OnData on_data_ GUARDED_BY(mutex_);
  OnDone on_done_ GUARDED_BY(mutex_);
  std::weak_ptr<AsyncCall> current_ GUARDED_BY(mutex_);   ///< the request, which holds this
  std::shared_ptr<AsyncCall> paused_ GUARDED_BY(mutex_);  ///< it: nothing else holds it then
  bool is_cancelled_ GUARDED_BY(mutex_) = false;
};

AsyncHttpClient::AsyncHttpClient(io::Loop& loop, Url server, std::shared_ptr<HttpSettings> settings,
                                 size_t body_bytes_max) {
  auto options = settings->options();
  if (options) options->body_bytes_max = body_bytes_max;
  shared_.reset(new Shared{loop, std::move(server), std::move(settings), std::move(options), {}});
  if (shared_->options) shared_->client.emplace(loop, shared_->server, *shared_->options);
}

std::shared_ptr<AsyncCall> AsyncHttpClient::send(Request request, milliseconds timeout,
                                                 OnDone on_done) {
  return stream(std::move(request), timeout, nullptr, std::move(on_done));
}

std::shared_ptr<AsyncCall> AsyncHttpClient::stream(Request request, milliseconds timeout,
                                                   OnData on_data, OnDone on_done) {
  auto call = std::make_shared<Call>(shared_, std::move(request), timeout, std::move(on_data),
                                     std::move(on_done));
  call->start();
  return call;
}

}  // namespace components
