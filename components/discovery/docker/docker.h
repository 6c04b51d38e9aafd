#pragma once
#include <chrono>
#include <map>
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

/// discovery.docker: lists the containers every refresh_interval, and at once when the daemon tells
/// of an event, so that a new container is found within milliseconds. One thread lists, one waits
/// for events.
///
/// A container that started and ended between two listings stays a target for kLinger, so that
/// what it wrote can be read. A failed listing leaves the targets as they were.
class Docker final : public ComponentOf<Arguments> {
 public:
  static constexpr std::chrono::seconds kLinger{15};

  Docker(Context context, const Arguments& arguments);
  ~Docker() override { stop(); }

  base::Result<void> start() override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Lingering {
    docker_api::Container container;
    Clock::time_point until;
  };

  base::Result<void> launch(const Arguments& arguments);
  void run(const std::stop_token& stop);
  void follow_events(const std::stop_token& stop);
  /// Waits for an event, at most until `deadline`; answers the ids of containers that started.
  std::set<std::string> wait(Clock::time_point deadline, const std::stop_token& stop);
  base::Result<void> refresh(docker_api::Api& api, const std::set<std::string>& started,
                             const std::stop_token& stop);
  base::Result<void> find_ended(docker_api::Api& api, const std::set<std::string>& started,
                                std::vector<docker_api::Container>& containers,
                                const std::stop_token& stop);
  void set_health(Health health);

  Context context_;
  Arguments arguments_;
  docker_api::Endpoint endpoint_;
  docker_api::Filters filters_;
  std::shared_ptr<base::metrics::Counter> failures_;
  // The listing thread's own.
  std::map<std::string, Lingering> lingering_;  // By container id.
  KnownTargets known_targets_;

  mutable base::Mutex mutex_;
  base::Condition changed_;
  bool has_event_ GUARDED_BY(mutex_) = false;
  std::set<std::string> started_ GUARDED_BY(mutex_);
  Health health_ GUARDED_BY(mutex_);
  base::Thread events_thread_;
  base::Thread thread_;
};

}  // namespace components::discovery::docker
