#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/snapshot.h"
#include "components/component.h"
#include "components/loki/write/metrics.h"
#include "components/loki/write/queue.h"
#include "components/loki/write/settings.h"
#include "io/backoff.h"
#include "io/http/client.h"

namespace components::loki::write {

/// Lets something be said at most once a minute.
class Occasional {
 public:
  /// How often it happened since it was last said, this time included; 0: keep quiet now.
  uint64_t ripe(Clock::time_point now) {
    ++count_;
    if (now < next_) return 0;
    next_ = now + std::chrono::minutes(1);
    return std::exchange(count_, 0);
  }

 private:
  Clock::time_point next_;
  uint64_t count_ = 0;
};

/// Sends one request as often as it takes: transport errors, 5xx, 3xx and 429 are tried again after
/// a backoff or what Retry-After says, for ever unless the config has a limit; what the server
/// refuses otherwise is dropped. For the sender's thread alone, but for what is marked.
class Delivery {
 public:
  enum class Fate {
    delivered,
    dropped,   ///< on purpose; counted and logged
    time_over  ///< neither: the deadline has come
  };

  /// Sleeps between tries in the queue, so that a reload or a stop ends a sleep.
  Delivery(Queue& queue, Metrics& metrics, base::Logger log, SettingsPtr settings, uint64_t seed);

  /// `body` is a whole push request with `entries` lines of `bytes` in all.
  struct Push {
    const std::string& tenant;
    std::string_view body;
    uint64_t entries;
    uint64_t bytes;
  };
  Fate deliver(const Push& push, std::stop_token abort);

  /// The newest settings, which the next try goes by.
  const SettingsPtr& settings();
  bool time_is_over() const { return Clock::now() >= deadline_.load(); }

  // Any thread.
  void update(SettingsPtr settings);
  void finish_by(Clock::time_point deadline) { deadline_ = deadline; }
  Health health() const { return *health_.get(); }

 private:
  enum class Verdict { delivered, retry, refused, rate_limited };
  struct Outcome {
    Verdict verdict = Verdict::retry;
    std::string message;
    std::chrono::seconds retry_after{0};
  };
  Outcome attempt(const Push& push, const std::stop_token& abort);
  Outcome judge(const io::http::Response& response) const;
  void succeed(const Push& push, int64_t tries);
  void drop(const Push& push, Drop why, const std::string& message);
  void pause(const Outcome& outcome, io::Backoff& backoff, int64_t tries);
  void set_health(Health::State state, std::string message);

  Queue& queue_;
  Metrics& metrics_;
  base::Logger log_;
  base::Snapshot<Settings> next_settings_;
  base::Snapshot<Health> health_;
  std::atomic<Clock::time_point> deadline_{Clock::time_point::max()};

  SettingsPtr settings_;
  std::unique_ptr<io::http::Client> client_;
  uint64_t seed_;
  Occasional failing_;
  Occasional dropping_;
};

}  // namespace components::loki::write
