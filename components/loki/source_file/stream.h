#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "components/loki/source_file/signature.h"
#include "components/loki/source_file/watches.h"
#include "components/shared/budget.h"
#include "io/positions.h"
#include "io/wake.h"
#include "telemetry/ack_window.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

using Clock = std::chrono::steady_clock;

/// What the streams of one component share. Lives as long as they do.
struct Environment {
  Environment(const base::metrics::Scope& scope, base::Logger logger);

  base::metrics::Scope metrics;
  base::Logger log;
  /// Of the thread; also when a batch was given up (its sink was removed) and is to be read again.
  const std::shared_ptr<const io::Wake> wake = std::make_shared<const io::Wake>();
  std::shared_ptr<io::Positions> positions;
  Watches watches;
  std::shared_ptr<base::metrics::Gauge> files_active;
  std::shared_ptr<base::metrics::Counter> truncations, split_lines, read_errors;

  // From the arguments.
  Encoding encoding = Encoding::utf8;
  bool tail_from_end = false;
  OnPositionsFileError on_positions_error = OnPositionsFileError::restart_from_beginning;
  std::chrono::nanoseconds poll{};
  std::chrono::nanoseconds initial_delay{};
  Compression compression = Compression::none;
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
  /// Whether the target is still one; when not, the stream finishes what it began to read.
  void set_wanted(bool wanted) { wanted_ = wanted, due_ = {}; }

  /// Puts the ack on the batch that the last step() made.
  void acknowledge(telemetry::LogBatch& batch, std::shared_ptr<const void> share);

  /// Needs a step: something was noticed, a batch was given up, or time has come.
  bool is_due(Clock::time_point now) const { return now >= due_ || window_->broken(); }
  Clock::time_point due() const { return due_; }
  void noticed() override { due_ = {}; }

  /// Name of the target in the positions file: path and public labels.
  static std::string key_of(const std::string& path, const telemetry::Labels& labels);
  const std::string& problem() const { return problem_; }

 protected:
  /// Where reading resumes after the last batch.
  virtual std::string resume_text() const = 0;
  /// Forgets what is under way; acks that come in later count for nothing.
  void renew_window();

  Environment& environment_;
  const std::string path_;
  const std::string key_;
  telemetry::Labels labels_;  // With filename.
  Stamps stamps_;
  std::unique_ptr<telemetry::AckWindow<std::string>> window_;
  std::shared_ptr<base::metrics::Gauge> read_bytes_, file_bytes_;
  std::shared_ptr<base::metrics::Counter> read_lines_;
  bool wanted_ = true;
  Clock::time_point due_{};
  std::string problem_;  // Why it cannot be read; empty when all is well.
};

}  // namespace components::loki::source_file
