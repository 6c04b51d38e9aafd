#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "components/discovery/http/signature.h"
#include "components/discovery/shared/discovery.h"
#include "components/shared/http_client/client.h"
#include "io/loop.h"

namespace components::discovery::http {

/// Fetches target groups from a URL again and again, on the agent's loop. An answer that is not
/// good (not 200, no JSON, no groups) leaves the targets as they were. Thread safe.
class Poll final : public Search, public std::enable_shared_from_this<Poll> {
 public:
  struct Options {
    io::http::Url url;
    std::string label;  ///< value of __meta_url
    std::shared_ptr<HttpSettings> http;
    std::chrono::nanoseconds refresh_interval{0};
    std::shared_ptr<base::metrics::Counter> failures;
    base::Logger log;
    /// Gets all targets after every good answer; must not block.
    std::function<void(river::schema::Targets)> on_targets;
  };

  /// The loop outlives it.
  Poll(io::Loop& loop, Options options);

  void start() override { fetch(); }
  void stop() override;
  Health health() const override;

 private:
  void fetch();
  void finish(base::Result<io::http::Response> answer);
  base::Result<river::schema::Targets> read(base::Result<io::http::Response> answer) const;

  const Options options_;
  AsyncHttpClient client_;
  mutable base::Mutex mutex_;
  io::Timer timer_ GUARDED_BY(mutex_);
  std::shared_ptr<io::http::AsyncCall> call_ GUARDED_BY(mutex_);
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  Health health_ GUARDED_BY(mutex_);
};

/// discovery.http: exports what a Poll finds.
class Http final : public Discovery<Arguments, Exports> {
 public:
  Http(Context context, const Arguments& arguments);

 private:
  base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) override;

  std::shared_ptr<base::metrics::Counter> failures_;
};

}  // namespace components::discovery::http
