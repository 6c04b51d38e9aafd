#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "components/loki/source_docker/cursor.h"
#include "components/loki/source_docker/frame_reader.h"
#include "components/loki/source_docker/target_labels.h"
#include "components/shared/docker_api/api.h"
#include "io/backoff.h"
#include "io/positions.h"
#include "telemetry/ack_window.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_docker {

/// Breaks a blocking call off from another thread, so that its thread looks around. A raise that
/// comes between two calls breaks the next one off: arm() compares the number of raises with what
/// the caller saw before it looked around. Thread safe.
class Interrupt {
 public:
  uint64_t raises() const {
    base::Lock lock(mutex_);
    return raises_;
  }

  /// The stop source of the next call; already stopped when somebody raised since `seen`.
  std::stop_source arm(uint64_t seen) {
    base::Lock lock(mutex_);
    current_ = std::stop_source();
    if (raises_ != seen) current_.request_stop();
    return current_;
  }

  void raise() {
    base::Lock lock(mutex_);
    ++raises_;
    current_.request_stop();
  }

 private:
  mutable base::Mutex mutex_;
  uint64_t raises_ GUARDED_BY(mutex_) = 0;
  std::stop_source current_ GUARDED_BY(mutex_);
};

/// What all tailers of a component share. Outlives them.
struct Environment {
  docker_api::Endpoint endpoint;
  std::shared_ptr<io::Positions> positions;
  telemetry::LogReceiver& next;
  base::Logger log;
  telemetry::Flow flow;
  std::shared_ptr<base::metrics::Counter> entries, bad_lines, truncated, unreadable;
  telemetry::Flow::Counter bad_dropped, empty_lines, unlabelled;
};

/// Where the cursor of a container is kept. Its labels are no part of it, so that a change of rules
/// moves no cursor.
std::string cursor_key(const std::string& container_id);

/// Reads one container's output on a thread of its own, through stops and starts of the container
/// and of the daemon, for as long as it is a target. A thread with a blocking stream is the
/// plainest way: no state machine, and a stack trace that tells all.
///
/// A container that is no target any more (it stopped, mostly) is read to the end of its log if it
/// does not run, and left alone at once if it does.
class Tailer {
 public:
  Tailer(std::string id, const Environment& environment,
         std::shared_ptr<const TargetLabels> labels);
  ~Tailer();

  void set_labels(std::shared_ptr<const TargetLabels> labels) { labels_.set(std::move(labels)); }
  /// Whether it is still a target; a container that is one again is read on after the last line
  /// that was read. False: nothing changed.
  bool set_wanted(bool wanted);
  /// Reading has ended and all that was read is delivered: it may be destroyed without a loss.
  bool finished() const;
  /// Begins to stop; the destructor waits for it.
  void request_stop() { thread_.request_stop(); }
  /// It should read and has no thread, as none could be had: set_wanted(true) tries again.
  bool lacks_thread() const;
  /// What keeps it from reading, "" when nothing does.
  std::string problem() const;

 private:
  using Window = telemetry::AckWindow<std::string>;

  void run(std::stop_token stop);
  /// True: the thread's work is done.
  bool step(docker_api::Api& api, std::stop_token stop);
  base::Result<bool> follow(docker_api::Api& api, bool terminal, uint64_t seen,
                            std::stop_token stop);
  void take(const Line& line, const TargetLabels& labels, Replay& replay,
            telemetry::LogBatch& batch);
  void send(telemetry::LogBatch batch, std::stop_token stop);
  void count_bad_lines(uint64_t count) const;
  void begin_at_stored_cursor();
  void start_thread();
  bool end_unless_wanted();
  void sleep(std::chrono::milliseconds time, uint64_t seen, std::stop_token stop);
  void set_problem(std::string problem);

  const std::string id_;
  const Environment& environment_;
  base::Snapshot<TargetLabels> labels_;
  const std::shared_ptr<Interrupt> interrupt_ = std::make_shared<Interrupt>();

  // The thread's own.
  std::unique_ptr<Window> window_;
  Cursor cursor_;
  bool passed_ = false;  // The cursor moved since the last batch.
  bool logged_unreadable_ = false;
  std::string drained_run_;  // The run of the container whose log was read to its end.
  io::Backoff backoff_;
  uint64_t empty_ = 0, unlabelled_ = 0, truncated_ = 0;  // Of the present batch.

  mutable base::Mutex mutex_;
  base::Condition changed_;
  bool wanted_ GUARDED_BY(mutex_) = true;
  bool ended_ GUARDED_BY(mutex_) = false;
  std::string problem_ GUARDED_BY(mutex_);
  base::Thread thread_;  // Last: it uses all of the above.
};

}  // namespace components::loki::source_docker
