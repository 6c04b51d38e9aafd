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
#include "base/mutex.h"
#include "components/component.h"
#include "components/loki/write/metrics.h"
#include "components/loki/write/queue.h"
#include "components/loki/write/refusal.h"
#include "components/loki/write/settings.h"
#include "components/shared/sink/answer.h"
#include "io/backoff.h"
#include "io/http/client.h"

namespace components::loki::write {

/// Lets something be logged at most once a minute.
class LogLimiter {
 public:
  /// How often it happened since it was last logged, this time included; 0: keep quiet now.
  uint64_t due(Clock::time_point now) {
    ++count_;
    if (now < next_) return 0;
    next_ = now + std::chrono::minutes(1);
    return std::exchange(count_, 0);
  }

 private:
  Clock::time_point next_;
  uint64_t count_ = 0;
};

/// Sends one request until all of it was accepted or dropped on purpose; sink/answer.h says which
/// answer leads to what. What the server does not accept is looked for (parts.h) and dropped alone.
/// For the sender's thread alone, except where marked.
class Delivery {
 public:
  /// Sleeps between tries in the queue, so that a reload or a stop ends a sleep.
  Delivery(Queue& queue, Metrics& metrics, base::Logger log, SettingsPtr settings, uint64_t seed);

  /// What was neither accepted nor dropped because the deadline came; nothing: zeros.
  struct Undelivered {
    uint64_t entries = 0;
    uint64_t bytes = 0;
  };
  Undelivered deliver(const std::string& tenant, const telemetry::wire::PushEncoder& encoder,
                      std::stop_token abort);

  /// The newest settings, which the next try uses.
  const SettingsPtr& settings();
  /// Size at which a request is full: batch_size, or less after the server found that too large.
  size_t request_bytes_max() const;
  bool time_is_over() const { return Clock::now() >= deadline_.load(); }

  // Any thread.
  void update(SettingsPtr settings);
  void finish_by(Clock::time_point deadline) { deadline_ = deadline; }
  Health health() const { return *health_.get(); }

 private:
  struct Push {
    const std::string& tenant;
    std::string_view body;
    uint64_t entries;
    uint64_t bytes;
  };
  struct Answer {
    sink::Action action = sink::Action::retry;
    std::string message;  ///< for people
    std::string body;     ///< of a refusal
    std::chrono::seconds retry_after{0};
  };
  enum class Fate { accepted, dropped, refused, time_over };

  /// Tries until there is an answer that ends it; `answer` is the last one.
  Fate send(const Push& push, const std::stop_token& abort, Answer& answer);
  Undelivered deliver_parts(const std::string& tenant, const telemetry::wire::PushEncoder& encoder,
                            const std::stop_token& abort, Answer answer);
  Answer attempt(const Push& push, const std::stop_token& abort);
  io::Backoff new_backoff();
  void accepted(const Push& push, int64_t tries);
  void drop(const std::string& tenant, std::string_view reason, uint64_t entries, uint64_t bytes,
            const std::string& message);
  void pause(const Answer& answer, io::Backoff& backoff, int64_t tries);
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
  size_t splits_max_;
  size_t accepted_size_;  ///< requests above it were too large for the server
  LogLimiter failing_;
  LogLimiter dropping_;
};

}  // namespace components::loki::write
