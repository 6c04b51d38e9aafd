#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/mutex.h"
#include "components/discovery/docker/targets.h"
#include "components/discovery/shared/discovery.h"
#include "components/shared/docker_api/api.h"
#include "io/backoff.h"
#include "io/loop.h"

namespace components::discovery::docker {

/// Follows the containers of one daemon on the agent's loop: lists all of them every
/// refresh_interval and whenever the events of the daemon begin again; in between those that an
/// event names, at once, so that a new container is found within milliseconds, and then at most
/// every kEventsApart, so that a thousand that start together are few changes. Thread safe.
///
/// A container that started and ended between two looks stays a target for kLinger, so that what it
/// wrote can be read, also when it is gone already (`docker run --rm`): what is to be known of it
/// was asked when it was created. A failed listing leaves the targets as they were.
class Watch final : public Search, public std::enable_shared_from_this<Watch> {
 public:
  static constexpr std::chrono::seconds kLinger{15};
  static constexpr std::chrono::milliseconds kEventsApart{250};
  /// Events of more containers than this at a time lead to a list of all.
  static constexpr size_t kNamedMax = 100;
  /// Containers that were created and have not started yet, which are remembered.
  static constexpr size_t kCreatedMax = 256;

  struct Options {
    docker_api::Endpoint endpoint;
    docker_api::Filters filters;
    TargetOptions targets;
    std::chrono::nanoseconds refresh_interval{0};
    std::shared_ptr<base::metrics::Counter> failures;
    base::Logger log;
    /// Gets all targets whenever they were looked at; must not block.
    std::function<void(river::schema::Targets)> on_targets;
  };

  /// The loop outlives it.
  Watch(io::Loop& loop, Options options);

  void start() override;
  void stop() override;
  Health health() const override;

 private:
  using Clock = std::chrono::steady_clock;
  /// What must be looked at.
  struct Work {
    bool all = false;
    std::set<std::string> changed;  ///< containers that events name
    std::set<std::string> started;  ///< of these, those that started

    bool empty() const { return !all && changed.empty(); }
    void merge(Work more);
  };

  void schedule() REQUIRES_LOCK(mutex_);
  void begin_pass();
  bool lists_all() const REQUIRES_LOCK(mutex_);
  void list() REQUIRES_LOCK(mutex_);
  void find_ended() REQUIRES_LOCK(mutex_);
  void look_up_networks() REQUIRES_LOCK(mutex_);
  void end_pass() REQUIRES_LOCK(mutex_);
  void fail(const base::Error& error) REQUIRES_LOCK(mutex_);

  void follow_events() REQUIRES_LOCK(mutex_);
  void on_event(const docker_api::Event& event);
  void describe() REQUIRES_LOCK(mutex_);
  void remember(docker_api::Container container) REQUIRES_LOCK(mutex_);
  void on_events_end(const base::Error& error);

  const Options options_;
  docker_api::AsyncApi api_;

  mutable base::Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  Health health_ GUARDED_BY(mutex_);
  KnownTargets known_ GUARDED_BY(mutex_);
  Work work_ GUARDED_BY(mutex_);  ///< of the next pass
  Work pass_ GUARDED_BY(mutex_);  ///< of the present one
  bool is_passing_ GUARDED_BY(mutex_) = false;
  Clock::time_point next_listing_ GUARDED_BY(mutex_);
  Clock::time_point not_before_ GUARDED_BY(mutex_);
  docker_api::AsyncApi::Call call_ GUARDED_BY(mutex_);
  io::Backoff backoff_ GUARDED_BY(mutex_);
  io::Timer timer_;

  std::set<std::string> to_describe_ GUARDED_BY(mutex_);  ///< ids
  docker_api::AsyncApi::Call describing_ GUARDED_BY(mutex_);
  std::deque<docker_api::Container> created_ GUARDED_BY(mutex_);  ///< the oldest first

  std::chrono::system_clock::time_point since_ GUARDED_BY(mutex_);  ///< the last event
  docker_api::AsyncApi::Call events_ GUARDED_BY(mutex_);
  io::Backoff events_backoff_ GUARDED_BY(mutex_);
  io::Timer events_timer_;
};

}  // namespace components::discovery::docker
