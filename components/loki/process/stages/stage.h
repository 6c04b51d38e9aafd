#pragma once
#include <re2/re2.h>

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "components/loki/process/stages/frame.h"
#include "components/loki/process/stages/kind.h"
#include "telemetry/flow.h"

namespace components::loki::process::stages {

/// One step of a pipeline. Used by one thread at a time.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Works on the rows of the frame, in order. A line that it cannot work on stays as it is.
  virtual void process(Frame& frame) = 0;
  /// Entries taken in and not yet passed on or dropped.
  virtual size_t held() const { return 0; }
  // Of stages that hold lines for a time, whether or not more come:

  /// How long lines are held at least; nullopt when not by time.
  virtual std::optional<Clock::duration> holds_for() const { return std::nullopt; }
  /// When the next of them must go on; Clock::time_point::max() when nothing waits.
  virtual Clock::time_point due() const { return Clock::time_point::max(); }
  /// Puts what is due at `now` into the frame, behind the rows that are there; with `kAll`, all.
  virtual void flush(Frame&, Clock::time_point /*now*/) {}
  static constexpr Clock::time_point kAll = Clock::time_point::max();
};

/// Stages one after another, as those of a pipeline and those within stage.match are.
class Stages {
 public:
  void add(StagePointer stage) { stages_.push_back(std::move(stage)); }

  void process(Frame& frame) const;
  size_t held() const;
  std::optional<Clock::duration> holds_for() const;
  Clock::time_point due() const;
  /// What a stage gives out goes through the stages after it.
  void flush(Frame& frame, Clock::time_point now) const;

 private:
  std::vector<StagePointer> stages_;
};

/// The stages of a list; those without effect are left out.
Stages make_stages(const StageList& list, Build& build);

/// Which slot an extracted value has. Only names that some stage reads have one, so that what
/// nobody reads is never extracted. A pipeline is built twice with the same Names: the first time
/// to learn what is read, the second time for good. Names that turn up only in lines (the `regex`
/// of stage.json) have a slot only when the config names them too; those that match what
/// read_matching() was given are Frame::named().
class Names {
 public:
  /// The slot to read a name from.
  Slot read(std::string_view name) {
    return slots_.try_emplace(std::string(name), static_cast<Slot>(slots_.size())).first->second;
  }
  /// Every name that matches counts as read.
  void read_matching(std::shared_ptr<const re2::RE2> regex);
  bool reads_matching(std::string_view name) const;
  /// The slot to write a name to; nullopt when no stage reads it.
  std::optional<Slot> write(std::string_view name) {
    return reads_matching(name) ? read(name) : find(name);
  }
  /// As write(), once all stages are made.
  std::optional<Slot> find(std::string_view name) const {
    const auto found = slots_.find(name);
    if (found == slots_.end()) return std::nullopt;
    return found->second;
  }
  size_t size() const { return slots_.size(); }
  const std::map<std::string, Slot, std::less<>>& all() const { return slots_; }

 private:
  std::map<std::string, Slot, std::less<>> slots_;
  std::vector<std::shared_ptr<const re2::RE2>> patterns_;
};

/// Counts what a stage drops for a reason: in the flow of the component and under Alloy's name.
class Drops {
 public:
  Drops(const base::metrics::Scope& metrics, const telemetry::Flow& flow, std::string_view reason)
      : flow_(flow.filtered(reason)),
        lines_(metrics.counter("loki_process_dropped_lines_total", "Entries dropped on purpose.",
                               {{"reason", std::string(reason)}})) {}
  void add(uint64_t n) const {
    flow_->add(n);
    lines_->add(n);
  }

 private:
  telemetry::Flow::Counter flow_, lines_;
};

/// What stages are made with.
struct Build {
  Names& names;
  const base::metrics::Scope& metrics;
  const telemetry::Flow& flow;
  const base::Logger* log = nullptr;  ///< nullptr while only names are learnt
  std::stop_token stop;               ///< of the component
  std::stop_token replaced;           ///< another pipeline waits to take over
  /// What of the machine a stage misses: it works without, and the component is unhealthy.
  std::vector<std::string>* problems = nullptr;
  std::string component = {};   ///< its id
  StageWatch* watch = nullptr;  ///< nullptr: nobody looks; else it outlives the stages

  void fail(std::string problem) {
    if (problems != nullptr) problems->push_back(std::move(problem));
  }

  uint64_t seed() const;  ///< of random numbers: always the same where somebody looks
  Drops dropped(std::string_view reason) const { return Drops(metrics, flow, reason); }
};

/// Where a stage reads from: an extracted value, or the line.
class Source {
 public:
  Source() = default;
  Source(std::string_view name, Names& names) {
    if (!name.empty()) slot_ = names.read(name);
  }

  /// nullopt when the extracted value is not there.
  std::optional<std::string_view> text(const Frame& frame, uint32_t row) const {
    return slot_ ? frame.value(row, *slot_) : frame.line(row);
  }
  void set(Frame& frame, uint32_t row, telemetry::Slice text) const {
    if (slot_)
      frame.set(row, *slot_, text);
    else
      frame.entry(row).line = text;
  }

 private:
  std::optional<Slot> slot_;
};

}  // namespace components::loki::process::stages
