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
#include "components/shared/sink/answer.h"
#include "components/shared/sink/metrics.h"
#include "components/shared/sink/request.h"
#include "components/shared/sink/settings.h"
#include "io/backoff.h"
#include "io/http/client.h"

namespace components::sink {

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

/// Sends one request until all of it was accepted or dropped on purpose; answer.h says which
/// answer leads to what. For the sender's thread alone, except where marked.
class Delivery {
 public:
  Delivery(Metrics& metrics, base::Logger log, SettingsPtr settings, uint64_t seed);

  /// Returns what was neither accepted nor dropped because the deadline came.
  Amount deliver(const std::string& lane, Request& request, std::stop_token abort);
  bool time_is_over() const { return Clock::now() >= deadline_.load(); }

  // Any thread.

  /// The next try uses these settings, and comes at once.
  void update(SettingsPtr settings);
  /// Ends the wait between two tries.
  void poke();
  void finish_by(Clock::time_point deadline) { deadline_ = deadline; }
  Health health() const { return *health_.get(); }

 private:
  struct Answer {
    Action action = Action::retry;
    std::string message;  ///< for people
    std::string body;     ///< of a refusal
    std::chrono::seconds retry_after{0};
  };
  enum class Fate { accepted, dropped, refused, time_over };

  const SettingsPtr& settings();
  /// Tries a part until there is an answer that ends it; `answer` is the last one.
  Fate send(const std::string& lane, Request& request, const std::stop_token& abort,
            Answer& answer);
  Answer attempt(const std::string& lane, Request& request, const std::stop_token& abort);
  io::Backoff new_backoff();
  void accepted(const std::string& lane, Request& request, int64_t tries);
  void drop(const std::string& lane, const Lost& lost, const std::string& message);
  void pause(const Answer& answer, io::Backoff& backoff, int64_t tries);
  void set_health(Health::State state, std::string message);

  Metrics& metrics_;
  base::Logger log_;
  base::Snapshot<Settings> next_settings_;
  base::Snapshot<Health> health_;
  std::atomic<Clock::time_point> deadline_{Clock::time_point::max()};
  base::Mutex mutex_;
  base::Condition for_poke_;
  bool is_poked_ GUARDED_BY(mutex_) = false;

  SettingsPtr settings_;
  std::unique_ptr<io::http::Client> client_;
  uint64_t seed_;
  LogLimiter failing_;
  LogLimiter dropping_;
};

}  // namespace components::sink
