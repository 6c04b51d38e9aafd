#include "components/loki/write/queue.h"

#include <algorithm>
#include <utility>

namespace components::loki::write {

Queue::Queue(size_t capacity, Metrics& metrics) : metrics_(metrics), capacity_(capacity) {}

Queue::~Queue() {
  while (const auto item = pop()) {
    item->batch->ack.abandon();
    metrics_.add_waiting(-static_cast<int64_t>(item->batch->entries.size()));
  }
  settle(0);
}

size_t Queue::cost(const telemetry::LogBatch& batch) {
  return batch.buffer.size() + batch.entries.size() * sizeof(telemetry::Entry) +
         batch.metadata.size() * sizeof(telemetry::Metadata);
}

bool Queue::has_room(size_t cost) const {
  const size_t held = queued_ + in_hand_;
  return held == 0 || held + cost <= capacity_;
}

void Queue::show() {
  metrics_.set_held_bytes(queued_ + in_hand_);
}

void Queue::enqueue(const BatchPtr& batch, size_t cost) {
  items_.push_back({batch, Clock::now()});
  metrics_.add_waiting(static_cast<int64_t>(batch->entries.size()));
  queued_ += cost;
  show();
  // The first one sets the sender's alarm clock, one that fills a request rings it.
  if (items_.size() == 1 || queued_ >= wanted_) for_sender_.notify_one();
}

void Queue::admit() {
  while (!closed_ && !waiters_.empty() && has_room(waiters_.front()->cost)) {
    Waiter& next = *waiters_.front();
    waiters_.pop_front();
    enqueue(next.batch, next.cost);
    next.taken = true;
    next.woken.notify_one();
  }
}

Queue::Push Queue::try_push(const BatchPtr& batch) {
  const size_t size = cost(*batch);
  base::Lock lock(mutex_);
  if (closed_) return Push::closed;
  // Those who wait already come first.
  if (!waiters_.empty() || !has_room(size)) return Push::full;
  enqueue(batch, size);
  return Push::taken;
}

Queue::Push Queue::push(const BatchPtr& batch) {
  base::Lock lock(mutex_);
  Waiter self{batch, cost(*batch)};
  if (closed_) return Push::closed;
  waiters_.push_back(&self);
  admit();
  if (self.taken) return Push::taken;
  for_sender_.notify_one();
  self.woken.wait(mutex_, batch->stop,
                  [&]() REQUIRES_LOCK(mutex_) { return closed_ || self.taken; });
  if (self.taken) return Push::taken;
  waiters_.remove(&self);
  admit();  // Those behind may be smaller.
  return Push::closed;
}

void Queue::set_capacity(size_t bytes) {
  base::Lock lock(mutex_);
  capacity_ = bytes;
  admit();
}

void Queue::close() {
  base::Lock lock(mutex_);
  closed_ = true;
  for_sender_.notify_one();
  for (Waiter* waiter : waiters_) waiter->woken.notify_one();
}

Queue::Wake Queue::wait(size_t wanted, std::chrono::nanoseconds age_max, Clock::time_point due) {
  base::Lock lock(mutex_);
  wanted_ = wanted;
  for (;;) {
    if (closed_) return Wake::closed;
    if (!waiters_.empty() && queued_ + in_hand_ > 0) return Wake::has_waiters;
    if (queued_ > 0 && queued_ >= wanted) return Wake::work;
    auto until = due;
    if (!items_.empty()) until = std::min(until, items_.front().arrived + age_max);
    if (Clock::now() >= until) return Wake::work;
    if (until == Clock::time_point::max())
      for_sender_.wait(mutex_);
    else
      for_sender_.wait_until(mutex_, until);
  }
}

std::optional<Queue::Item> Queue::pop() {
  base::Lock lock(mutex_);
  if (items_.empty()) return std::nullopt;
  Item item = std::move(items_.front());
  items_.pop_front();
  const size_t size = cost(*item.batch);
  queued_ -= size;
  in_hand_ += size;
  return item;
}

void Queue::settle(size_t in_hand) {
  base::Lock lock(mutex_);
  in_hand_ = in_hand;
  show();
  admit();
}

bool Queue::closed() const {
  base::Lock lock(mutex_);
  return closed_;
}

}  // namespace components::loki::write
