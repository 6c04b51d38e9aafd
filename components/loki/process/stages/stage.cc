#include "components/loki/process/stages/stage.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "telemetry/match_text.h"

namespace components::loki::process::stages {

void Names::read_matching(std::shared_ptr<const re2::RE2> regex) {
  const auto is_same = [&](const auto& known) { return known->pattern() == regex->pattern(); };
  if (std::none_of(patterns_.begin(), patterns_.end(), is_same))
    patterns_.push_back(std::move(regex));
}

bool Names::reads_matching(std::string_view name) const {
  if (patterns_.empty()) return false;
  const telemetry::MatchText text(name);
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const auto& pattern) { return text.matches(*pattern); });
}

int64_t Now::ns() const {
  if (watch_ != nullptr) return watch_->now_ns();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

uint64_t Build::seed() const {
  return watch != nullptr ? 0 : std::random_device{}();
}

Stages make_stages(const StageList& list, Build& build) {
  Stages stages;
  for (const StageArgs& args : list) {
    const size_t number = build.watch != nullptr ? build.watch->next() : 0;
    auto made = args.make(build);
    if (made && build.watch != nullptr) made = build.watch->watch(number, args, std::move(made));
    if (made) stages.add(std::move(made));
  }
  return stages;
}

void Stages::process(Frame& frame) const {
  for (const auto& stage : stages_) {
    if (frame.rows.empty()) break;
    stage->process(frame);
  }
}

void Stages::flush(Frame& frame, Clock::time_point now) const {
  for (const auto& stage : stages_) {
    if (!frame.rows.empty()) stage->process(frame);
    stage->flush(frame, now);
  }
}

size_t Stages::held() const {
  size_t held = 0;
  for (const auto& stage : stages_) held += stage->held();
  return held;
}

std::optional<Clock::duration> Stages::holds_for() const {
  std::optional<Clock::duration> least;
  for (const auto& stage : stages_)
    if (const auto time = stage->holds_for()) least = std::min(*time, least.value_or(*time));
  return least;
}

Clock::time_point Stages::due() const {
  auto next = Clock::time_point::max();
  for (const auto& stage : stages_) next = std::min(next, stage->due());
  return next;
}

}  // namespace components::loki::process::stages
