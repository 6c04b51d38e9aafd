#include "components/shared/sink/lanes.h"

#include <algorithm>

#include "base/ensure.h"

namespace components::sink {
void Lanes::wake() {
  for_fresh_.notify_all();
  for_failed_.notify_all();
}

void Lanes::show_oldest() {
  auto oldest = Clock::time_point::max();
  for (const auto& [id, lane] : lanes_) oldest = std::min(oldest, lane.requests.front()->since);
  metrics_.set_oldest(oldest);
}

void Lanes::put(const LaneId& id, std::unique_ptr<Request> request) {
  base::Lock lock(mutex_);
  const auto [place, is_new] = lanes_.try_emplace(id);
  place->second.requests.push_back(std::move(request));
  if (!is_new) return;
  show_oldest();
  for_fresh_.notify_one();
}

bool Lanes::is_idle(const LaneId& id) const {
  base::Lock lock(mutex_);
  return !lanes_.contains(id);
}

bool Lanes::has_next(const LaneId& id) const {
  base::Lock lock(mutex_);
  const auto found = lanes_.find(id);
  if (found == lanes_.end()) return false;
  return found->second.requests.size() > (found->second.is_taken ? 1 : 0);
}

void Lanes::end() {
  base::Lock lock(mutex_);
  is_ended_ = true;
  wake();
}

Lanes::Place Lanes::next(Kind kind, Clock::time_point now, Clock::time_point& again) {
  auto best = lanes_.end();
  auto first = lanes_.end();  // Of the lanes with the same key.
  for (auto place = lanes_.begin(); place != lanes_.end(); ++place) {
    const auto& [id, lane] = *place;
    if (first == lanes_.end() || first->first.key != id.key) first = place;
    // Streams are shared out anew: what was shared out before goes first.
    if (first->first.epoch != id.epoch) continue;
    if (lane.is_taken || (lane.failures > 0) != (kind == Kind::failed)) continue;
    if (lane.not_before > now)
      again = std::min(again, lane.not_before);
    else if (best == lanes_.end() || lane.served < best->second.served)
      best = place;
  }
  return best;
}

std::optional<Lanes::Turn> Lanes::take(Kind kind) {
  base::Condition& woken = kind == Kind::fresh ? for_fresh_ : for_failed_;
  base::Lock lock(mutex_);
  for (;;) {
    const auto now = Clock::now();
    if (now >= deadline_ || (is_ended_ && lanes_.empty())) return std::nullopt;
    auto again = deadline_;
    if (const auto place = next(kind, now, again); place != lanes_.end()) {
      auto& [id, lane] = *place;
      lane.is_taken = true;
      lane.served = ++served_;
      return Turn{id, lane.requests.front().get(), lane.failures, reloads_};
    }
    if (again == Clock::time_point::max())
      woken.wait(mutex_);
    else
      woken.wait_until(mutex_, again);
  }
}

Lanes::Lane& Lanes::release(const Turn& turn) {
  const auto found = lanes_.find(turn.lane);
  ENSURE(found != lanes_.end() && found->second.is_taken);
  found->second.is_taken = false;
  return found->second;
}

void Lanes::go_on(const Turn& turn) {
  base::Lock lock(mutex_);
  release(turn).forget_failures();
  for_fresh_.notify_one();
}

void Lanes::retry(const Turn& turn, const Settings& settings, std::chrono::milliseconds pause_min) {
  base::Lock lock(mutex_);
  Lane& lane = release(turn);
  ++lane.failures;
  if (!lane.backoff) lane.backoff.emplace(settings.min_backoff, settings.max_backoff, ++seed_);
  lane.not_before = Clock::now() + std::max(lane.backoff->next(), pause_min);
  if (turn.reloads != reloads_) {
    lane.backoff.reset();
    lane.not_before = {};
  }
  for_failed_.notify_one();
}

std::unique_ptr<Request> Lanes::remove(const Turn& turn) {
  base::Lock lock(mutex_);
  Lane& lane = release(turn);
  auto request = std::move(lane.requests.front());
  lane.requests.pop_front();
  lane.forget_failures();
  if (lane.requests.empty()) lanes_.erase(turn.lane);
  show_oldest();
  // Those of its next epoch may be fresh or failed, and at the end everybody goes.
  wake();
  return request;
}

Clock::time_point Lanes::deadline() const {
  base::Lock lock(mutex_);
  return deadline_;
}

void Lanes::reload() {
  base::Lock lock(mutex_);
  ++reloads_;
  for (auto& [id, lane] : lanes_) {
    lane.backoff.reset();
    lane.not_before = {};
  }
  wake();
}

void Lanes::finish_by(Clock::time_point deadline) {
  base::Lock lock(mutex_);
  deadline_ = deadline;
  wake();
}

std::vector<Lanes::Ready> Lanes::take_all() {
  base::Lock lock(mutex_);
  std::vector<Ready> all;
  for (auto& [id, lane] : lanes_)
    for (auto& request : lane.requests) all.emplace_back(id, std::move(request));
  lanes_.clear();
  metrics_.set_oldest(Clock::time_point::max());
  return all;
}

}  // namespace components::sink
