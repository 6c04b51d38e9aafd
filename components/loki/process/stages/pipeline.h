#pragma once
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

/// The stages of one loki.process, ready to run. Used by one thread at a time, but for replace().
class Pipeline {
 public:
  /// `stop` ends all waiting inside of stages: what they wait with is then abandoned. `component`:
  /// its id, for metrics that are not the component's own. `watch` must outlive it.
  Pipeline(const StageList& stages, const base::metrics::Scope& metrics,
           const telemetry::Flow& flow, const base::Logger& log, std::stop_token stop = {},
           std::string component = {}, StageWatch* watch = nullptr);
  /// What stages still hold is abandoned.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  /// Runs all stages over a batch. What is dropped is missing in the answer, and counted. Without a
  /// handover, lines that stages hold for a time are never due.
  telemetry::LogBatch process(telemetry::LogBatch batch,
                              std::shared_ptr<const Handover> handover = nullptr);
  /// Entries that stages hold back until more lines come.
  size_t held() const { return stages_.held(); }
  /// How long lines are held at least; nullopt when no stage holds lines by time.
  std::optional<Clock::duration> holds_for() const { return stages_.holds_for(); }
  /// When flush() has something to do; Clock::time_point::max(): not without another batch.
  Clock::time_point due() const { return stages_.due(); }
  /// Held lines that are due, or (Stage::kAll) all that can go on as they are.
  telemetry::LogBatch flush(Clock::time_point now);

  /// What stages miss of the machine, such as the database of time zones; empty: nothing.
  const std::vector<std::string>& problems() const { return problems_; }

  /// Any thread: another pipeline waits to take over, so stages are not to wait any more.
  void replace() { replaced_.request_stop(); }

 private:
  /// An extracted value starts as the label of the same name.
  void extract_labels();
  telemetry::LogBatch unload();

  const telemetry::Flow flow_;
  const telemetry::Flow::Gauge held_shown_ = flow_.held();
  size_t held_ = 0;  ///< our part of it
  std::stop_source replaced_;
  std::vector<std::string> problems_;
  Names names_;
  Stages stages_;
  Frame frame_;
  std::shared_ptr<base::metrics::Counter> without_room_;
};

}  // namespace components::loki::process::stages
