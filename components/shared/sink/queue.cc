#include "components/shared/sink/queue.h"

#include <algorithm>
#include <utility>

namespace components::sink {
Queue::Queue(size_t capacity, Metrics& metrics) : metrics_(metrics), room_(capacity) {}

Queue::~Queue() {
  while (const auto waiting = take()) {
    waiting->batch->ack.abandon();
    const uint64_t entries = total(waiting->batch->shares).entries;
    metrics_.add_abandoned(entries);
    metrics_.add_waiting(-static_cast<int64_t>(entries));
    for (const Share& share : waiting->batch->shares) settle(share.lane, share.amount);
  }
}

void Queue::show() {
  metrics_.set_held_bytes(room_.held());
}

bool Queue::may_enter(const Share& share, const Claims& claims) const {
  return std::find(claims.begin(), claims.end(), share.lane) == claims.end() &&
         room_.has_room(share) && memory_.has_room();
}

bool Queue::may_enter(const Batch& batch, const Claims& claims) const {
  return std::all_of(batch.shares.begin(), batch.shares.end(),
                     [&](const Share& share)
                         REQUIRES_LOCK(mutex_) { return may_enter(share, claims); });
}

void Queue::claim(const Batch& batch, Claims& claims) const {
  for (const Share& share : batch.shares)
    if (!may_enter(share, claims)) claims.push_back(share.lane);
}

Queue::Claims Queue::claims() const {
  Claims claims;
  for (const Sleeper* sleeper : sleepers_) claim(*sleeper->batch, claims);
  return claims;
}

void Queue::enqueue(BatchPtr& batch) {
  const Amount amount = total(batch->shares);
  for (const Share& share : batch->shares) room_.take(share.lane, share.amount);
  memory_.add(Room::cost(amount));
  batches_.push_back({std::move(batch), Clock::now()});
  metrics_.add_waiting(static_cast<int64_t>(amount.entries));
  queued_ += Room::cost(amount);
  is_awaited_ = is_awaited_ || batches_.back().batch->ack.is_awaited();
  show();
  // The first one sets the batcher's alarm clock, one that fills a request rings it.
  if (batches_.size() == 1 || is_worth_waking(wanted_)) for_batcher_.notify_one();
}

bool Queue::is_worth_waking(size_t wanted) const {
  return queued_ >= wanted || is_awaited_;
}

void Queue::admit() {
  Claims claims;
  for (auto next = sleepers_.begin(); next != sleepers_.end() && !is_closed_;) {
    Sleeper& sleeper = **next;
    if (!may_enter(*sleeper.batch, claims)) {
      claim(*sleeper.batch, claims);
      ++next;
      continue;
    }
    next = sleepers_.erase(next);
    enqueue(sleeper.batch);
    sleeper.taken = true;
    sleeper.woken.notify_one();
  }
  press(claims);
}

void Queue::press(const Claims& claims) {
  if (claims.empty()) return;
  pressed_.insert(claims.begin(), claims.end());
  for_batcher_.notify_one();
}

Queue::Push Queue::try_push(BatchPtr& batch) {
  base::Lock lock(mutex_);
  if (is_closed_) return Push::closed;
  Claims claimed = claims();
  if (!may_enter(*batch, claimed)) {
    claim(*batch, claimed);
    press(claimed);
    return Push::full;
  }
  enqueue(batch);
  return Push::taken;
}

Queue::Push Queue::push(BatchPtr& batch, Clock::time_point until) {
  base::Lock lock(mutex_);
  if (is_closed_) return Push::closed;
  const std::stop_token stop = batch->stop;
  Sleeper self(batch);
  sleepers_.push_back(&self);
  admit();
  const auto is_over = [&]() REQUIRES_LOCK(mutex_) { return is_closed_ || self.taken; };
  if (until == Clock::time_point::max())
    self.woken.wait(mutex_, stop, is_over);
  else
    self.woken.wait_until(mutex_, stop, until, is_over);
  if (self.taken) return Push::taken;
  sleepers_.remove(&self);
  admit();  // Those behind may be smaller.
  return is_closed_ || stop.stop_requested() ? Push::closed : Push::full;
}

std::vector<Share> Queue::without_room(const std::vector<Share>& shares) const {
  base::Lock lock(mutex_);
  const Claims claimed = claims();
  std::vector<Share> full;
  for (const Share& share : shares)
    if (!may_enter(share, claimed)) full.push_back(share);
  return full;
}

bool Queue::is_closed() const {
  base::Lock lock(mutex_);
  return is_closed_;
}

Queue::Silence Queue::silence_of(const std::string& lane) const {
  base::Lock lock(mutex_);
  const auto since = room_.idle_since(lane);
  return {since, settled_at_ > since};
}

void Queue::make_news() {
  ++news_;
  for_news_.notify_all();
}

void Queue::wake() {
  base::Lock lock(mutex_);
  make_news();
}

uint64_t Queue::news() const {
  base::Lock lock(mutex_);
  return news_;
}

void Queue::wait_for_news(uint64_t seen, const std::stop_token& stop, Clock::time_point until) {
  base::Lock lock(mutex_);
  const auto has_news = [&]() REQUIRES_LOCK(mutex_) { return news_ != seen; };
  if (until == Clock::time_point::max())
    for_news_.wait(mutex_, stop, has_news);
  else
    for_news_.wait_until(mutex_, stop, until, has_news);
}

void Queue::set_capacity(size_t bytes) {
  base::Lock lock(mutex_);
  room_.set_capacity(bytes);
  admit();
  make_news();
}

void Queue::close() {
  base::Lock lock(mutex_);
  is_closed_ = true;
  for_batcher_.notify_one();
  for (Sleeper* sleeper : sleepers_) sleeper->woken.notify_one();
  make_news();
}

Queue::Wake Queue::wait(size_t wanted, Clock::time_point due, bool has_open, bool until_settled) {
  base::Lock lock(mutex_);
  wanted_ = wanted;
  wants_settled_ = until_settled;
  for (;;) {
    if (is_closed_) return Wake::closed;
    if (!pressed_.empty()) return Wake::pressure;
    if (until_settled && std::exchange(is_settled_, false)) return Wake::work;
    const bool is_idle = batches_.empty() && !has_open;
    if (!batches_.empty() && is_worth_waking(wanted)) return Wake::work;
    if (!is_idle && Clock::now() >= due) return Wake::work;
    if (is_idle)
      for_batcher_.wait(mutex_);
    else
      for_batcher_.wait_until(mutex_, due);
  }
}

std::optional<Queue::Waiting> Queue::take() {
  base::Lock lock(mutex_);
  if (batches_.empty()) return std::nullopt;
  Waiting waiting = std::move(batches_.front());
  batches_.pop_front();
  if (batches_.empty()) is_awaited_ = false;
  queued_ -= Room::cost(total(waiting.batch->shares));
  return waiting;
}

std::set<std::string> Queue::take_pressed() {
  base::Lock lock(mutex_);
  return std::exchange(pressed_, {});
}

void Queue::settle(const std::string& lane, const Amount& amount) {
  base::Lock lock(mutex_);
  settled_at_ = Clock::now();  // Not after the lane's own time, see silence_of().
  room_.give_back(lane, amount);
  memory_.subtract(Room::cost(amount));
  show();
  admit();
  make_news();
  is_settled_ = true;
  if (wants_settled_) for_batcher_.notify_one();
}

}  // namespace components::sink
