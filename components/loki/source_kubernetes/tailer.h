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
#include "components/loki/source_kubernetes/cursor.h"
#include "components/loki/source_kubernetes/line_reader.h"
#include "components/loki/source_kubernetes/pod_state.h"
#include "components/shared/http_client/client.h"
#include "components/shared/kubernetes/connection.h"
#include "io/backoff.h"
#include "telemetry/ack_window.h"
#include "telemetry/labels.h"

namespace components::loki::source_kubernetes {

class Tailer;

/// What all tailers of a component share.
struct Environment final : TailerEnvironment<Tailer> {
  Environment(const Context& context, kubernetes::Connection connection);

  kubernetes::Connection connection;  ///< the control thread's
  const std::shared_ptr<base::metrics::Counter> entries, gaps, unstamped, truncated;
  const telemetry::Flow::Counter empty_lines;
};

/// Reads the output of one container through the API server on the event loop, through its starts,
/// until its pod is gone or over: looks at the pod, follows the log, looks again. While the outbox
/// is full the connection is not read, so the server waits. Thread safe; held by a shared_ptr, also
/// by its calls until stop().
class Tailer : public std::enable_shared_from_this<Tailer> {
 public:
  Tailer(ContainerName name, std::shared_ptr<Environment> environment, telemetry::Labels labels);

  /// Call it once.
  void start();
  /// Nothing is read after it returns. Acks that are still to come move the stored cursor.
  void stop();
  void set_labels(telemetry::Labels labels);
  /// Whether it is still a target. Otherwise it is left alone while it runs, and read to its end
  /// when it has ended.
  void set_wanted(bool wanted);
  /// Reading has ended and all that was read is delivered: it may be destroyed without a loss.
  bool is_finished() const;
  /// What keeps it from reading, "" when nothing does.
  std::string problem() const;
  /// The outbox has room again.
  void resume();

 private:
  using Window = telemetry::AckWindow<std::string>;
  enum class Log { present, previous };

  void begin_at_stored_cursor() REQUIRES_LOCK(mutex_);
  void look() REQUIRES_LOCK(mutex_);
  void on_pod(base::Result<io::http::Response> answer);
  void on_state(const ContainerState& state) REQUIRES_LOCK(mutex_);
  bool begin_container(const ContainerState& state) REQUIRES_LOCK(mutex_);
  void read_log(Log log) REQUIRES_LOCK(mutex_);
  bool on_data(std::string_view piece);
  void on_end(const base::Result<io::http::Response>& answer);
  void on_refusal(const io::http::Response& answer) REQUIRES_LOCK(mutex_);
  template <class Feed>
  void take_lines(Feed feed) REQUIRES_LOCK(mutex_);
  void take(const Line& line, telemetry::LogBatch& batch) REQUIRES_LOCK(mutex_);
  void note_gap(std::string_view why) REQUIRES_LOCK(mutex_);
  void sleep(std::chrono::milliseconds time) REQUIRES_LOCK(mutex_);
  void look_soon();
  void look_again() REQUIRES_LOCK(mutex_);
  void end(std::string_view why) REQUIRES_LOCK(mutex_);
  void set_problem(std::string problem) REQUIRES_LOCK(mutex_);
  std::string path() const;

  /// One answer with a container's log.
  struct Reading {
    Reading(const Cursor& from, Log which, UnfinishedLines& all)
        : unfinished(all), replay(from), log(which) {}
    LineReader lines;
    UnfinishedLines::Hold unfinished;
    Replay replay;
    Log log;
    bool is_gap_noted = false;
  };

  const ContainerName name_;
  const std::shared_ptr<Environment> environment_;
  AsyncHttpClient client_;
  io::Timer timer_;

  mutable base::Mutex mutex_;
  telemetry::Labels labels_ GUARDED_BY(mutex_);
  std::shared_ptr<io::http::AsyncCall> call_ GUARDED_BY(mutex_);
  std::unique_ptr<Window> window_ GUARDED_BY(mutex_);
  Cursor cursor_ GUARDED_BY(mutex_);
  bool is_moved_ GUARDED_BY(mutex_) = false;  ///< the cursor, since the last batch
  ContainerState state_ GUARDED_BY(mutex_);
  std::string read_up_ GUARDED_BY(mutex_);  ///< the container whose log was read to its end
  std::optional<Reading> reading_ GUARDED_BY(mutex_);
  io::Backoff backoff_ GUARDED_BY(mutex_);
  bool is_to_look_ GUARDED_BY(mutex_) = false;  ///< something happened since it looked last
  bool is_wanted_ GUARDED_BY(mutex_) = true;
  bool is_ended_ GUARDED_BY(mutex_) = false;
  bool is_stopped_ GUARDED_BY(mutex_) = false;
  std::string problem_ GUARDED_BY(mutex_);
};

}  // namespace components::loki::source_kubernetes
