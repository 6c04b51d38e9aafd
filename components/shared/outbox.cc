#include "components/shared/outbox.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "telemetry/log_batch.h"
#include "telemetry/otlp_batch.h"
#include "telemetry/profile_batch.h"
#include "telemetry/sample_batch.h"

namespace components {
namespace {

/// How long a stop waits for receivers to take the next batch, and for all of them.
constexpr std::chrono::milliseconds kStopPatience{20};
constexpr std::chrono::milliseconds kStopMax{250};  // The control thread waits meanwhile.

}  // namespace

template <class Batch>
Outbox<Batch>::Outbox(telemetry::Flow flow, std::function<void()> on_room, size_t bytes_max)
    : flow_(std::move(flow)), on_room_(std::move(on_room)), bytes_max_(bytes_max) {}

template <class Batch>
base::Result<void> Outbox<Batch>::start(std::string_view name) {
  auto thread = base::Thread::start(name, [this] { run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

template <class Batch>
void Outbox<Batch>::begin_stop() {
  base::Lock lock(mutex_);
  if (std::exchange(closed_, true)) return;
  give_up_at_ = std::chrono::steady_clock::now() + kStopMax;
  changed_.notify_all();
}

/// Waits while the thread gets on.
template <class Batch>
void Outbox<Batch>::wait_for_end() {
  base::Lock lock(mutex_);
  for (uint64_t seen = handed_over_;; seen = handed_over_) {
    const auto until = std::min(give_up_at_, std::chrono::steady_clock::now() + kStopPatience);
    while (handed_over_ == seen && !finished_)
      if (changed_.wait_until(mutex_, until) == std::cv_status::timeout) return;
    if (finished_) return;
  }
}

template <class Batch>
void Outbox<Batch>::stop() {
  begin_stop();
  if (thread_.joinable()) wait_for_end();
  stopping_.request_stop();
  thread_.join();
}

template <class Batch>
bool Outbox<Batch>::has_room() {
  const auto is_free = [this] { return held_bytes_ < bytes_max_ && memory_.has_room(); };
  if (is_free()) return true;
  room_is_wanted_ = true;
  return is_free();
}

template <class Batch>
void Outbox<Batch>::show_waiting(double entries, double bytes) const {
  buffered_->add(entries);
  buffered_bytes_->add(bytes);
}

template <class Batch>
void Outbox<Batch>::put(Batch batch) {
  batch.stop = stopping_.get_token();
  const size_t bytes = batch.bytes();
  {
    base::Lock lock(mutex_);
    if (closed_) {
      flow_.abandon(batch.count());
      batch.ack.abandon();
      return;
    }
    held_bytes_ += bytes;
    memory_.add(bytes);
    const auto now = base::metrics::Age::Clock::now();
    if (waiting_.empty()) lag_->set(now);
    show_waiting(static_cast<double>(batch.count()), static_cast<double>(bytes));
    waiting_.push_back({std::move(batch), now});
  }
  changed_.notify_all();
}

template <class Batch>
void Outbox<Batch>::run() {
  while (true) {
    Batch batch;
    {
      base::Lock lock(mutex_);
      while (waiting_.empty() && !closed_) changed_.wait(mutex_);
      finished_ = waiting_.empty();
      if (finished_) break;
      batch = std::move(waiting_.front().batch);
      waiting_.pop_front();
      lag_->set(waiting_.empty() ? base::metrics::Age::Clock::time_point::max()
                                 : waiting_.front().since);
    }
    const size_t bytes = batch.bytes();
    const uint64_t entries = batch.count();
    flow_.send(entries);
    show_waiting(-static_cast<double>(entries), -static_cast<double>(bytes));
    fanout_.receive(std::move(batch));
    memory_.subtract(bytes);
    const size_t left = held_bytes_.fetch_sub(bytes) - bytes;
    if (left <= bytes_max_ / 2 && room_is_wanted_.exchange(false) && on_room_) on_room_();
    base::Lock lock(mutex_);
    ++handed_over_;
    if (closed_) changed_.notify_all();
  }
  changed_.notify_all();
}

template class Outbox<telemetry::LogBatch>;
template class Outbox<telemetry::OtlpBatch>;
template class Outbox<telemetry::ProfileBatch>;
template class Outbox<telemetry::SampleBatch>;

}  // namespace components
