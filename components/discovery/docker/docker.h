#pragma once
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/discovery/docker/signature.h"
#include "components/discovery/docker/targets.h"
#include "components/shared/docker_api/api.h"

namespace components::discovery::docker {

/// discovery.docker: lists all containers every refresh_interval and whenever the events of the
/// daemon start again; in between it lists those that an event names, at once, so that a new
/// container is found within milliseconds, and then at most every kEventsApart, so that a thousand
/// that start together are few changes. One thread lists, one waits for events.
///
/// A container that started and ended between two listings stays a target for kLinger, so that
/// what it wrote can be read. A failed listing leaves the targets as they were.
class Docker final : public ComponentOf<Arguments> {
 public:
  static constexpr std::chrono::seconds kLinger{15};
  static constexpr std::chrono::milliseconds kEventsApart{250};
  /// Events of more containers than this at a time lead to a list of all.
  static constexpr size_t kNamedMax = 100;

  Docker(Context context, const Arguments& arguments);
  ~Docker() override { stop(); }

  base::Result<void> start() override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

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

  base::Result<void> launch(const Arguments& arguments);
  void run(const std::stop_token& stop);
  void follow_events(const std::stop_token& stop);
  /// Waits for work, at most until `deadline`.
  Work wait(Clock::time_point deadline, const std::stop_token& stop);
  base::Result<void> refresh(docker_api::Api& api, const Work& work, const std::stop_token& stop);
  base::Result<void> find_ended(docker_api::Api& api, const std::set<std::string>& started,
                                const std::stop_token& stop);
  void add_work(Work work);
  void wait_until(Clock::time_point time, const std::stop_token& stop);
  void set_health(Health health);

  Context context_;
  Arguments arguments_;
  docker_api::Endpoint endpoint_;
  docker_api::Filters filters_;
  std::shared_ptr<base::metrics::Counter> failures_;
  // The listing thread's own.
  std::optional<KnownTargets> known_;

  mutable base::Mutex mutex_;
  base::Condition changed_;
  Work work_ GUARDED_BY(mutex_);
  Health health_ GUARDED_BY(mutex_);
  base::Thread events_thread_;
  base::Thread thread_;
};

}  // namespace components::discovery::docker
