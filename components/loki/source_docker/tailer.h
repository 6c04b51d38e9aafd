#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "components/loki/shared/container_logs.h"
#include "components/loki/source_docker/cursor.h"
#include "components/loki/source_docker/early_output.h"
#include "components/loki/source_docker/frame_reader.h"
#include "components/loki/source_docker/target_labels.h"
#include "components/shared/docker_api/api.h"
#include "io/backoff.h"
#include "telemetry/ack_window.h"

namespace components::loki::source_docker {

class Tailer;

/// What all tailers of a component share. Cursors are kept by the containers' ids: labels are no
/// part of the key, so that a change of rules moves no cursor.
struct Environment final : TailerEnvironment<Tailer> {
  Environment(const Context& context, docker_api::Endpoint endpoint);

  docker_api::Endpoint endpoint;              ///< the control thread's
  std::shared_ptr<EarlyOutput> early_output;  ///< of that daemon; the control thread's
  const std::shared_ptr<base::metrics::Counter> entries, bad_lines, truncated, unreadable, missed;
  const telemetry::Flow::Counter bad_dropped, empty_lines, unlabelled;
};

/// Reads one container's output on the event loop, through stops and starts of the container and of
/// the daemon, for as long as it is a target: asks for its state, follows its log, sleeps, and
/// begins again. While the outbox is full the connection is not read, so the daemon waits.
///
/// A container that is no target any more (it stopped, mostly) is read to the end of its log if it
/// does not run, and left alone at once if it does. One that is gone before its log was read is
/// read from the early output. Thread safe; held by a shared_ptr, also by its calls until stop().
class Tailer : public std::enable_shared_from_this<Tailer> {
 public:
  Tailer(std::string id, std::shared_ptr<Environment> environment,
         std::shared_ptr<const TargetLabels> labels);

  /// Call it once.
  void start();
  /// Nothing is read after it returns. Acks that are still to come move the stored cursor.
  void stop();
  void set_labels(std::shared_ptr<const TargetLabels> labels) { labels_.set(std::move(labels)); }
  /// Whether it is still a target; a container that is one again is read on after the last line
  /// that was read. False: nothing changed.
  bool set_wanted(bool wanted);
  /// Reading has ended and all that was read is delivered: it may be destroyed without a loss.
  bool finished() const;
  /// What keeps it from reading, "" when nothing does.
  std::string problem() const;
  /// The outbox has room again.
  void resume();

 private:
  using Window = telemetry::AckWindow<std::string>;
  using State = std::optional<docker_api::ContainerState>;

  void look() REQUIRES_LOCK(mutex_);
  void on_state(const base::Result<State>& state);
  void follow() REQUIRES_LOCK(mutex_);
  bool on_data(std::string_view piece);
  void on_end(const base::Result<bool>& ended);
  void on_unread(const std::string& message) REQUIRES_LOCK(mutex_);
  void read_early_output() REQUIRES_LOCK(mutex_);
  void look_soon();
  void look_again() REQUIRES_LOCK(mutex_);
  void sleep(std::chrono::milliseconds time) REQUIRES_LOCK(mutex_);
  template <class Feed>
  void read(Feed feed) REQUIRES_LOCK(mutex_);
  void take(const Line& line, const TargetLabels& labels, telemetry::LogBatch& batch)
      REQUIRES_LOCK(mutex_);
  void put(telemetry::LogBatch batch) REQUIRES_LOCK(mutex_);
  void count_bad_lines(uint64_t count) const;
  void begin_at_stored_cursor() REQUIRES_LOCK(mutex_);
  bool end_unless_wanted() REQUIRES_LOCK(mutex_);
  void set_problem(std::string problem) REQUIRES_LOCK(mutex_);

  /// One answer of the daemon with a container's log.
  struct Following {
    Following(FrameReader::Format format, const Cursor& from, UnfinishedLines& all)
        : reader(format), unfinished(all), replay(from) {}
    FrameReader reader;
    UnfinishedLines::Hold unfinished;
    Replay replay;
    uint64_t bad_lines = 0;
    bool is_log = true;
  };

  const std::string id_;
  const std::shared_ptr<Environment> environment_;
  const std::shared_ptr<EarlyOutput> early_output_;
  base::Snapshot<TargetLabels> labels_;
  docker_api::AsyncApi api_;
  io::Timer timer_;

  mutable base::Mutex mutex_;
  docker_api::AsyncApi::Call call_ GUARDED_BY(mutex_);
  std::unique_ptr<Window> window_ GUARDED_BY(mutex_);
  Cursor cursor_ GUARDED_BY(mutex_);
  std::string cursor_before_ GUARDED_BY(mutex_);  ///< when the daemon was asked
  docker_api::ContainerState state_ GUARDED_BY(mutex_);
  std::optional<Following> following_ GUARDED_BY(mutex_);
  bool is_sleeping_ GUARDED_BY(mutex_) = false;
  bool is_to_look_ GUARDED_BY(mutex_) = false;  ///< something happened since it looked last
  bool passed_ GUARDED_BY(mutex_) = false;      ///< the cursor moved since the last batch
  bool was_read_ GUARDED_BY(mutex_) = false;    ///< the daemon gave its log
  bool logged_unreadable_ GUARDED_BY(mutex_) = false;
  std::string drained_run_ GUARDED_BY(mutex_);  ///< the run whose log was read to its end
  io::Backoff backoff_ GUARDED_BY(mutex_);
  uint64_t empty_ GUARDED_BY(mutex_) = 0, unlabelled_ GUARDED_BY(mutex_) = 0;  // Of the batch.
  uint64_t truncated_ GUARDED_BY(mutex_) = 0;
  bool wanted_ GUARDED_BY(mutex_) = true;
  bool ended_ GUARDED_BY(mutex_) = false;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  std::string problem_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_docker
