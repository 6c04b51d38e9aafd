#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "components/discovery/shared/discovery.h"

namespace components::discovery {

/// A Search that looks at the host at equal distances, on the loop. Thread safe.
class Poller final : public Search, public std::enable_shared_from_this<Poller> {
 public:
  struct Found {
    std::optional<river::schema::Targets> targets;  ///< nothing: they are as they were
    std::string problem;  ///< what could not be looked at; empty: all could
  };
  struct Options {
    std::chrono::nanoseconds interval{0};
    /// Called from one thread at a time; must return within milliseconds.
    std::function<Found()> look;
    /// Gets the targets whenever there are some; must not block.
    std::function<void(river::schema::Targets)> on_targets;
    std::shared_ptr<base::metrics::Counter> failures;
    base::Logger log;
  };

  /// The loop outlives it.
  Poller(io::Loop& loop, Options options) : options_(std::move(options)), timer_(loop) {}

  void start() override;
  void stop() override;
  Health health() const override;

 private:
  void look();

  const Options options_;
  mutable base::Mutex mutex_;
  io::Timer timer_ GUARDED_BY(mutex_);
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  Health health_ GUARDED_BY(mutex_);
};

}  // namespace components::discovery
