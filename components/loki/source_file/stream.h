#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "components/loki/source_file/encoding.h"
#include "components/loki/source_file/known_files.h"
#include "components/loki/source_file/signature.h"
#include "components/loki/source_file/watches.h"
#include "components/shared/batches.h"
#include "io/positions.h"
#include "io/wake.h"
#include "telemetry/ack_window.h"
#include "telemetry/flow.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

using Clock = std::chrono::steady_clock;

class Stream;
using Streams = std::map<std::string, std::unique_ptr<Stream>>;  ///< by Stream::key_of

/// What the streams of one component share. Lives as long as they do.
struct Environment {
  Environment(const base::metrics::Scope& scope, base::Logger logger);

  base::metrics::Scope metrics;
  telemetry::Flow flow;
  base::Logger log;
  /// Of the thread; also when a batch was given up (its sink was removed) and is to be read again.
  const std::shared_ptr<const io::Wake> wake = std::make_shared<const io::Wake>();
  std::shared_ptr<io::Positions> positions;
  std::string folder;  ///< of the component's data
  Watches watches;
  KnownFiles known_files;
  /// By path, where an agent before this one was.
  std::map<std::string, uint64_t, std::less<>> legacy_offsets;
  const Streams* streams = nullptr;
  std::shared_ptr<base::metrics::Gauge> files_active;
  std::shared_ptr<base::metrics::Counter> truncations, split_lines, nul_bytes, read_errors;

  // From the arguments.
  Encoding encoding;
  bool tail_from_end = false;
  OnPositionsFileError on_positions_error = OnPositionsFileError::restart_from_beginning;
  std::chrono::nanoseconds poll{};
  std::chrono::nanoseconds initial_delay{};
  Compression compression = Compression::none;
};

/// Where a stream's position is stored. Acks set it from other threads, also after the stream is
/// gone, and its key changes when the labels of the target do. The text has the resume point of
/// what is under the path; more lines are those of files that were rotated away (known_files.h).
/// Thread safe.
class StoredPosition {
 public:
  StoredPosition(std::shared_ptr<io::Positions> positions, std::string path, std::string key)
      : positions_(std::move(positions)), path_(std::move(path)), key_(std::move(key)) {}
  void set(std::string_view text);
  void move_to(std::string key);

 private:
  void remember(std::string_view text) REQUIRES_LOCK(mutex_);

  const std::shared_ptr<io::Positions> positions_;
  const std::string path_;
  base::Mutex mutex_;
  std::string key_ GUARDED_BY(mutex_);
  std::deque<std::string> records_ GUARDED_BY(mutex_);  // Keys of rotated files, oldest first.
};

/// One target that is read: a file and what takes its place, or a compressed file. Used by the
/// component's thread only.
class Stream : public Watches::Listener {
 public:
  enum class Step {
    lines,     ///< the batch holds lines; pass it on, then step again
    nothing,   ///< come again when noticed(), or when due
    finished,  ///< remove it: the target is gone and all that was read of it is delivered
  };

  Stream(Environment& environment, std::string path, telemetry::Labels labels);
  ~Stream() override = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Reads at most one batch (empty when handed in). Sets entries, labels, no ack.
  virtual Step step(telemetry::LogBatch& batch, Clock::time_point now) = 0;
  /// Takes note of what happens to the file while nothing can be read, because what was read before
  /// is not taken. Answers when to look again, if nothing is noticed before.
  virtual Clock::time_point observe(Clock::time_point) { return Clock::time_point::max(); }
  /// Whether the target is still one; when not, the stream finishes what it began to read.
  void set_wanted(bool wanted) { wanted_ = wanted, noticed(); }
  /// The same file under other labels.
  virtual void relabel(const telemetry::Labels& labels);

  /// Puts the ack on the batch that the last step() made.
  void acknowledge(telemetry::LogBatch& batch);

  /// Needs a step: something was noticed, a batch was given up, or time has come.
  bool is_due(Clock::time_point now) const { return now >= due_ || window_->broken(); }
  Clock::time_point due() const { return due_; }
  /// There may be more to read.
  void step_again() { due_ = {}; }
  /// When to observe() next.
  Clock::time_point observe_at() const { return observe_at_; }
  void set_observe_at(Clock::time_point when) { observe_at_ = when; }
  void noticed() override { due_ = observe_at_ = {}; }

  /// Name of the target in the positions file: path and public labels.
  static std::string key_of(const std::string& path, const telemetry::Labels& labels);
  const std::string& path() const { return path_; }
  const std::string& problem() const { return problem_; }
  /// It opens no file, because so many are open already.
  bool waits_for_descriptor() const { return waits_for_descriptor_; }

 protected:
  /// Where reading resumes after the last batch.
  virtual std::string resume_text() = 0;
  /// The public labels of the target, as in the key.
  std::string labels_text() const { return key_.substr(path_.size() + 1); }
  /// Forgets what is under way; acks that come in later count for nothing.
  void renew_window();

  Environment& environment_;
  const std::string path_;
  std::string key_;
  telemetry::Labels labels_;  // With filename.
  const std::shared_ptr<StoredPosition> stored_;
  UniqueTimestamps stamps_;
  std::unique_ptr<telemetry::AckWindow<std::string>> window_;
  std::shared_ptr<base::metrics::Gauge> read_bytes_, file_bytes_;
  std::shared_ptr<base::metrics::Counter> read_lines_;
  bool wanted_ = true;
  bool waits_for_descriptor_ = false;
  Clock::time_point due_{};
  Clock::time_point observe_at_{};
  std::string problem_;  // Why it cannot be read; empty when all is well.
};

}  // namespace components::loki::source_file
