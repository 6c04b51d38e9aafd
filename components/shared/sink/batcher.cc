#include "components/shared/sink/batcher.h"

#include <algorithm>
#include <utility>

namespace components::sink {
namespace {

constexpr std::chrono::milliseconds kLinger{20};
constexpr size_t kSparesMax = 2;  // One is filled while one is sent.

}  // namespace

Batcher::Batcher(Codec& codec, Queue& queue, Lanes& lanes, Metrics& metrics,
                 const base::Snapshot<Settings>& settings)
    : codec_(codec), queue_(queue), lanes_(lanes), metrics_(metrics), newest_settings_(settings) {}

void Batcher::run() {
  for (;;) {
    refresh();
    const auto wake = queue_.wait(wanted(), flush_at_, has_open(), has_blocked());
    refresh();
    bool took_any = false;
    while (const auto waiting = queue_.take()) {
      took_any = true;
      refresh();  // The batch may be routed by settings that are newer.
      place(*waiting);
    }
    close_due(wake == Queue::Wake::closed);
    if (wake == Queue::Wake::closed && !took_any) break;
  }
  lanes_.end();
}

void Batcher::refresh() {
  auto newest = newest_settings_.get();
  if (newest != settings_) {
    // Streams are shared out again: what was shared out before goes before it.
    if (settings_ && settings_->shards != newest->shards) {
      for (auto& [lane, open] : open_) close(open);
      open_.clear();
      ++epoch_;
    }
    if (settings_ && settings_->own_lane != newest->own_lane) own_before_ = settings_->own_lane;
    settings_ = std::move(newest);
    lanes_.set_own(settings_->own_lane);
    codec_.use(settings_);
  }
  bytes_max_ = codec_.request_bytes_max();
}

// Placing.

void Batcher::place(const Queue::Waiting& waiting) {
  if (!has_open())
    flush_at_ = std::max(
        flush_at_, waiting.arrived + std::min<Clock::duration>(settings_->batch_wait, kLinger));
  arrived_ = waiting.arrived;
  ++batches_;
  codec_.place(*waiting.batch, *this);
}

Batcher::Open& Batcher::open(const std::string& key, size_t hash) {
  LaneId lane{key, epoch_, static_cast<uint32_t>(hash % shards())};
  const auto [place, is_new] = open_.try_emplace(lane);
  if (!is_new) return place->second;
  place->second.lane = std::move(lane);
  // What came for the own lane under its key before goes first.
  if (own_before_ && key == settings_->own_lane) {
    for (auto& [id, before] : open_)
      if (id.key == *own_before_) close(before);
    own_before_.reset();
  }
  return place->second;
}

void Batcher::renew(Open& open) {
  if (open.request && open.request->total().entries == 0) return;  // One large entry goes alone.
  close(open);
  {
    base::Lock lock(mutex_);
    if (!spares_.empty()) {
      open.request = std::move(spares_.back());
      spares_.pop_back();
    }
  }
  if (!open.request) open.request = codec_.make_request();
  open.request->since = arrived_;
  open.generation = ++generations_;
  open.last_batch = 0;
  open.is_due = false;
  open.is_awaited = false;
}

void Batcher::hold(Open& open, const telemetry::Ack& ack) {
  if (std::exchange(open.last_batch, batches_) == batches_) return;
  open.request->acks.push_back(ack);
  open.is_awaited = open.is_awaited || ack.is_awaited();
}

void Batcher::drop(const std::string& key, std::string_view reason, const Amount& amount) {
  metrics_.add_dropped(key, reason, amount);
  metrics_.add_waiting(-static_cast<int64_t>(amount.entries));
  queue_.settle(key, amount);
}

// Closing.

void Batcher::close_due(bool is_end) {
  const auto now = Clock::now();
  const bool is_due = now >= flush_at_;
  if (is_due && has_open()) flush_at_ = now + settings_->batch_wait;
  const auto pressed = queue_.take_pressed();
  for (auto& [lane, open] : open_) {
    open.is_due = open.is_due || is_due || pressed.contains(lane.key);
    if (open.request && (is_end || must_close(open))) close(open);
  }
  // Lanes may be many and come and go.
  std::erase_if(open_, [](const auto& entry) { return !entry.second.request; });
}

/// When nothing of its lane is on its way.
bool Batcher::is_worth_sending(const Open& open) const {
  return open.is_awaited || open.request->total().bytes >= bytes_max_ / 4;
}

bool Batcher::must_close(const Open& open) const {
  if (open.is_due) return !lanes_.has_next(open.lane);
  return is_worth_sending(open) && lanes_.is_idle(open.lane);
}

void Batcher::close(Open& open) {
  if (!open.request) return;
  if (open.request->total().entries == 0) return recycle(std::move(open.request));
  // What is next is compressed while the one before is sent; what is not, when its time comes:
  // memory would hold it twice.
  if (!lanes_.has_next(open.lane)) open.request->body();
  lanes_.put(open.lane, std::move(open.request));
}

bool Batcher::has_open() const {
  return std::any_of(open_.begin(), open_.end(),
                     [](const auto& entry) { return entry.second.request != nullptr; });
}

bool Batcher::has_blocked() const {
  return std::any_of(open_.begin(), open_.end(), [&](const auto& entry) {
    return entry.second.request && (entry.second.is_due || is_worth_sending(entry.second));
  });
}

/// How much must wait to make it worth while to wake up.
size_t Batcher::wanted() const {
  const size_t enough = bytes_max_ / 4;
  size_t bytes = 0;
  for (const auto& [lane, open] : open_)
    if (open.request) bytes += open.request->total().bytes;
  return std::max(enough - std::min(enough, bytes), bytes_max_ / 8);
}

void Batcher::recycle(std::unique_ptr<Request> request) {
  base::Lock lock(mutex_);
  if (spares_.size() < kSparesMax) spares_.push_back(std::move(request));
}

}  // namespace components::sink
