#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "components/shared/docker_api/api.h"
#include "io/backoff.h"
#include "io/loop.h"

namespace components::loki::source_docker {

/// Keeps the beginning of what containers write from their start on, whether they are targets or
/// not: `docker run --rm` deletes a short-lived container and its log some milliseconds after the
/// start event, before discovery can have made a target of it. A tailer that comes too late finds
/// the output here.
///
/// Bounded in bytes for each container and in all, and in time. Thread safe.
class EarlyOutput : public std::enable_shared_from_this<EarlyOutput> {
 public:
  static constexpr size_t kBytesMax = size_t{256} << 10;  ///< of a container
  static constexpr size_t kAllBytesMax = size_t{8} << 20;
  static constexpr size_t kContainersMax = 64;
  static constexpr std::chrono::seconds kKeep{20};

  /// The loop outlives it.
  EarlyOutput(io::Loop& loop, docker_api::Endpoint endpoint);

  /// Call it once.
  void start();
  /// Nothing is read after it returns.
  void stop();

  /// The answer of the daemon is still coming.
  bool is_reading(const std::string& container) const;

  struct Output {
    std::string bytes;    ///< as the daemon sends a log; empty: nothing is known
    bool is_cut = false;  ///< the container wrote more
  };
  Output take(const std::string& container);

 private:
  using Clock = std::chrono::steady_clock;
  struct Record {
    Output output;
    Clock::time_point began;
    docker_api::AsyncApi::Call call;  ///< nullptr: it has ended
  };
  using Records = std::map<std::string, Record, std::less<>>;

  void follow_events() REQUIRES_LOCK(mutex_);
  void on_event(const docker_api::Event& event);
  void on_events_end();
  bool on_data(const std::string& container, std::string_view piece);
  void on_end(const std::string& container);
  void erase(Records::iterator record) REQUIRES_LOCK(mutex_);
  void make_room() REQUIRES_LOCK(mutex_);
  void erase_old();

  docker_api::AsyncApi api_;
  mutable base::Mutex mutex_;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  Records records_ GUARDED_BY(mutex_);  // By container id.
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  docker_api::AsyncApi::Call events_ GUARDED_BY(mutex_);
  std::chrono::system_clock::time_point since_ GUARDED_BY(mutex_);  // The last event.
  io::Backoff backoff_ GUARDED_BY(mutex_);
  io::Timer events_timer_, timer_;
};

}  // namespace components::loki::source_docker
