#include "components/shared/sink/lanes.h"

#include <algorithm>
#include <utility>

#include "base/ensure.h"

namespace components::sink {

void Lanes::wake() {
  for_fresh_.notify_all();
  for_failed_.notify_all();
}

void Lanes::show_oldest() {
  metrics_.set_oldest(since_.empty() ? Clock::time_point::max() : *since_.begin());
}

bool Lanes::is_first_epoch(const LaneId& lane) {
  return lanes_.lower_bound({lane.key, 0, 0})->first.epoch == lane.epoch;
}

bool Lanes::is_own_before(const LaneId& lane, const Request& request) const {
  return request.is_own && own_before_.contains(lane.key);
}

void Lanes::set_own(const std::string& key) {
  base::Lock lock(mutex_);
  if (own_ == key) return;
  if (own_) {
    begin_own();
    if (own_left_ == 0) own_before_.clear();
    own_before_.insert(*own_);
    own_before_.erase(key);
  }
  own_ = key;
  own_left_ = 0;
  for (const auto& [id, lane] : lanes_)
    for (const auto& request : lane.requests)
      if (is_own_before(id, *request)) ++own_left_;
}

/// No lane of an older epoch is in its way.
void Lanes::begin(Place place) {
  place->second.waits_for_own = place->first.key == own_ && own_left_ > 0;
  if (!place->second.waits_for_own) make_ready(place);
}

void Lanes::begin_own() {
  for (auto place = lanes_.lower_bound({*own_, 0, 0});
       place != lanes_.end() && place->first.key == *own_; ++place)
    if (std::exchange(place->second.waits_for_own, false)) make_ready(place);
}

void Lanes::make_ready(Place place) {
  const bool is_fresh = place->second.failures == 0;
  (is_fresh ? fresh_ : failed_).push_back(place);
  (is_fresh ? for_fresh_ : for_failed_).notify_one();
}

void Lanes::put(const LaneId& id, std::unique_ptr<Request> request) {
  base::Lock lock(mutex_);
  if (is_own_before(id, *request)) ++own_left_;
  const auto [place, is_new] = lanes_.try_emplace(id);
  place->second.requests.push_back(std::move(request));
  if (!is_new) return;
  since_.insert(place->second.requests.front()->since);
  show_oldest();
  if (is_first_epoch(id)) begin(place);
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

void Lanes::end_pauses(Clock::time_point until) {
  while (!paused_.empty() && paused_.begin()->first <= until) {
    const Place place = paused_.begin()->second;
    paused_.erase(paused_.begin());
    make_ready(place);
  }
}

std::optional<Lanes::Turn> Lanes::take(Kind kind) {
  const bool is_fresh = kind == Kind::fresh;
  base::Condition& woken = is_fresh ? for_fresh_ : for_failed_;
  base::Lock lock(mutex_);
  ReadyList& ready = is_fresh ? fresh_ : failed_;
  for (;;) {
    const auto now = Clock::now();
    if (now >= deadline_ || (is_ended_ && lanes_.empty())) return std::nullopt;
    if (!is_fresh) end_pauses(now);
    if (!ready.empty()) {
      auto& [id, lane] = *ready.front();
      ready.pop_front();
      lane.is_taken = true;
      return Turn{id, lane.requests.front().get(), lane.failures, reloads_};
    }
    auto again = deadline_;
    if (!is_fresh && !paused_.empty()) again = std::min(again, paused_.begin()->first);
    if (again == Clock::time_point::max())
      woken.wait(mutex_);
    else
      woken.wait_until(mutex_, again);
  }
}

Lanes::Place Lanes::release(const Turn& turn) {
  const auto found = lanes_.find(turn.lane);
  ENSURE(found != lanes_.end() && found->second.is_taken);
  found->second.is_taken = false;
  return found;
}

void Lanes::go_on(const Turn& turn) {
  base::Lock lock(mutex_);
  const Place place = release(turn);
  place->second.forget_failures();
  make_ready(place);
}

void Lanes::retry(const Turn& turn, const Settings& settings, std::chrono::milliseconds pause_min) {
  base::Lock lock(mutex_);
  const Place place = release(turn);
  Lane& lane = place->second;
  ++lane.failures;
  if (!lane.backoff) lane.backoff.emplace(settings.min_backoff, settings.max_backoff, ++seed_);
  const auto pause = std::max(lane.backoff->next(), pause_min);
  if (turn.reloads != reloads_) {
    lane.backoff.reset();
    return make_ready(place);
  }
  paused_.emplace(Clock::now() + pause, place);
  for_failed_.notify_one();
}

std::unique_ptr<Request> Lanes::remove(const Turn& turn) {
  base::Lock lock(mutex_);
  const Place place = release(turn);
  Lane& lane = place->second;
  auto request = std::move(lane.requests.front());
  since_.erase(since_.find(request->since));
  lane.requests.pop_front();
  lane.forget_failures();
  if (lane.requests.empty()) {
    lanes_.erase(place);
    make_next_epoch_ready(turn.lane);
    if (is_ended_ && lanes_.empty()) wake();
  } else {
    since_.insert(lane.requests.front()->since);
    make_ready(place);
  }
  if (is_own_before(turn.lane, *request) && --own_left_ == 0) begin_own();
  show_oldest();
  return request;
}

/// The streams of a key were shared out again: what was shared out before goes first.
void Lanes::make_next_epoch_ready(const LaneId& gone) {
  auto next = lanes_.lower_bound({gone.key, 0, 0});
  if (next == lanes_.end() || next->first.key != gone.key) return;
  const uint32_t epoch = next->first.epoch;
  if (epoch == gone.epoch) return;
  for (; next != lanes_.end() && next->first.key == gone.key && next->first.epoch == epoch; ++next)
    begin(next);
}

Clock::time_point Lanes::deadline() const {
  base::Lock lock(mutex_);
  return deadline_;
}

void Lanes::reload() {
  base::Lock lock(mutex_);
  ++reloads_;
  for (auto& [id, lane] : lanes_) lane.backoff.reset();
  end_pauses(Clock::time_point::max());
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
  fresh_.clear();
  failed_.clear();
  paused_.clear();
  since_.clear();
  lanes_.clear();
  own_left_ = 0;
  show_oldest();
  return all;
}

}  // namespace components::sink
