#pragma once
#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "components/component.h"
#include "components/config_blocks/logging/signature.h"
#include "telemetry/log_batch.h"

namespace components::config_blocks::logging {

/// Sends the agent's own log lines to receivers, with the label component="alloy" as Alloy does.
///
/// Whoever logs never waits: lines go into a bounded buffer, which a thread of this class empties.
/// What does not fit is counted and not sent (stderr has it). Lines that this thread logs itself,
/// which is what the stages behind the receivers say while they work on own lines, are not sent:
/// they would beget others. One control thread.
class OwnLines {
 public:
  static constexpr size_t kBytesMax = size_t{1} << 20;
  static constexpr size_t kLineBytesMax = size_t{64} << 10;  ///< longer lines are cut

  explicit OwnLines(const base::metrics::Scope& metrics);
  ~OwnLines() { stop(); }
  OwnLines(const OwnLines&) = delete;
  OwnLines& operator=(const OwnLines&) = delete;

  /// From now on lines go to these; to none: they are not even collected. Fails when the thread
  /// cannot be had.
  base::Result<void> set(telemetry::Receivers<telemetry::LogBatch> next, base::log::Format format);
  /// Nothing is sent after it returns. What waits is sent if the receivers take it without waiting.
  void stop();

 private:
  struct Line {
    int64_t time_ns;
    std::string text;
  };

  void take(const base::log::Record& record);
  void run(const std::stop_token& stop);

  std::shared_ptr<base::metrics::Counter> dropped_;
  telemetry::Fanout<telemetry::LogBatch> next_;
  std::atomic<base::log::Format> format_{base::log::Format::logfmt};
  base::Mutex mutex_;
  base::Condition has_lines_;
  std::vector<Line> lines_ GUARDED_BY(mutex_);
  size_t bytes_ GUARDED_BY(mutex_) = 0;
  base::Thread thread_;  // Last: it uses all of the above.
};

/// Sets how the whole process logs, and where its lines go besides stderr. Without the block: info,
/// logfmt, nowhere.
class Logging final : public ComponentOf<Arguments> {
 public:
  Logging(const Context& context, const Arguments& arguments);

  base::Result<void> start() override;
  void stop() override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  base::Result<void> apply(const Arguments& arguments);

  Arguments arguments_;
  OwnLines own_lines_;
};

}  // namespace components::config_blocks::logging
