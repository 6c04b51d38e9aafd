#include "components/shared/sink/trouble.h"

#include "base/number.h"

namespace components::sink {
namespace {

constexpr int64_t kTriesUntilUnhealthy = 3;

}  // namespace

void Trouble::accepted(const LaneId& lane, const Settings& settings, int64_t failures) {
  base::Lock lock(mutex_);
  if (failures >= kTriesUntilUnhealthy)
    log_.info("{}: accepted after {} tries", settings.place(lane.key), failures + 1);
  failing_.erase(lane);
  dropped_.clear();
}

void Trouble::failed(const LaneId& lane, const Settings& settings, int64_t failures, Action action,
                     const std::string& message) {
  base::Lock lock(mutex_);
  const std::string place = settings.place(lane.key);
  if (const uint64_t times = failures_.due(Clock::now()))
    log_.warn("{}: push failed, will retry ({} since the last message): {}", place,
              base::counted(times, "failure", "failures"), message);
  if (failures >= kTriesUntilUnhealthy || action == Action::retry_loudly)
    failing_[lane] = fmt::format("{}: {}", place, message);
}

void Trouble::dropped(const LaneId& lane, const Settings& settings, const Lost& lost,
                      const std::string& message) {
  base::Lock lock(mutex_);
  const std::string place = settings.place(lane.key);
  if (const uint64_t times = drops_.due(Clock::now()))
    log_.error("{}: dropped {}, reason {} ({} since the last message): {}", place,
               base::counted(lost.amount.entries, "entry", "entries"), lost.reason,
               base::counted(times, "drop", "drops"), message);
  failing_.erase(lane);
  dropped_ = fmt::format("{}: dropped entries: {}", place, message);
}

Health Trouble::health() const {
  base::Lock lock(mutex_);
  if (!failing_.empty()) return {Health::State::unhealthy, failing_.begin()->second};
  if (!dropped_.empty()) return {Health::State::unhealthy, dropped_};
  return {Health::State::healthy, {}};
}

}  // namespace components::sink
