#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "components/component.h"
#include "components/prometheus/exporter_cadvisor/stats.h"
#include "components/shared/docker_api/api.h"
#include "io/backoff.h"
#include "io/loop.h"

namespace components::prometheus::exporter_cadvisor {

/// The containers of a Docker daemon that run. They are listed once, and looked at again when an
/// event names them; between events nothing is asked. Works on the agent's loop. Thread safe.
class Runtime : public std::enable_shared_from_this<Runtime> {
 public:
  /// The loop outlives it.
  Runtime(io::Loop& loop, const docker_api::Endpoint& endpoint, const Arguments& arguments,
          base::Logger log);

  void start();
  /// Nothing is asked after it returns.
  void stop();

  /// nullptr: none of this id runs, or it is not known yet.
  std::shared_ptr<const Named> find(std::string_view id) const;
  Health health() const;

 private:
  using Clock = std::chrono::steady_clock;

  void follow_events() REQUIRES_LOCK(mutex_);
  void on_event(const docker_api::Event& event);
  void next() REQUIRES_LOCK(mutex_);
  void on_list(base::Result<std::vector<docker_api::Container>> listed);
  void on_description(base::Result<io::http::Response> answer);
  void fail(const base::Error& error) REQUIRES_LOCK(mutex_);

  const Arguments arguments_;
  const base::Logger log_;
  const std::chrono::milliseconds timeout_;
  docker_api::AsyncApi api_;
  AsyncHttpClient client_;

  mutable base::Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  bool must_list_ GUARDED_BY(mutex_) = true;
  bool is_waiting_ GUARDED_BY(mutex_) = false;  ///< after a failure
  Health health_ GUARDED_BY(mutex_) = {Health::State::healthy, {}};
  std::map<std::string, std::shared_ptr<const Named>, std::less<>> known_ GUARDED_BY(mutex_);
  std::set<std::string> unseen_ GUARDED_BY(mutex_);  ///< to be looked at
  std::string inspected_ GUARDED_BY(mutex_);         ///< empty: it has ended meanwhile
  docker_api::AsyncApi::Call call_ GUARDED_BY(mutex_), events_ GUARDED_BY(mutex_);
  std::chrono::system_clock::time_point since_ GUARDED_BY(mutex_);  ///< the last event
  io::Backoff backoff_ GUARDED_BY(mutex_);
  io::Timer timer_;
};

}  // namespace components::prometheus::exporter_cadvisor
