#include "components/shared/sink/endpoint.h"

#include <algorithm>
#include <utility>

namespace components::sink {
namespace {

// The numbers of threads; those from kFirstSender on send for lanes that do not fail.
constexpr size_t kBatcher = 0;
constexpr size_t kFailedSender = 1;
constexpr size_t kFirstSender = 2;

std::string thread_name(const std::string& name, size_t number) {
  if (number == kBatcher) return name;
  if (number == kFailedSender) return name + "/retry";
  return fmt::format("{}/{}", name, number - kFirstSender);
}

}  // namespace

Endpoint::Endpoint(std::string name, const base::Logger& log, Codec& codec, Metrics& metrics,
                   SettingsPtr settings, uint64_t seed)
    : name_(std::move(name)),
      codec_(codec),
      metrics_(metrics),
      settings_(settings),
      trouble_(log),
      queue_(settings->queue_bytes_max, metrics),
      lanes_(metrics, seed),
      batcher_(codec, queue_, lanes_, metrics, settings_),
      for_senders_{lanes_, metrics, trouble_, settings_,
                   [this](const LaneId& lane, std::unique_ptr<Request> request) {
                     done(lane, std::move(request));
                   }} {}

base::Result<void> Endpoint::start() {
  const auto settings = settings_.get();
  const size_t wanted = kFirstSender + std::min(settings->shards, kShardsMax);
  while (threads_.size() < wanted) {
    const size_t number = threads_.size();
    ++working_;
    auto thread = base::Thread::start(thread_name(name_, number), [this, number] { work(number); });
    if (!thread) {
      --working_;
      return base::in_context(settings->host(), thread.error());
    }
    threads_.push_back(std::move(*thread));
  }
  return {};
}

void Endpoint::work(size_t number) {
  if (number == kBatcher) {
    batcher_.run();
  } else {
    const auto kind = number == kFailedSender ? Lanes::Kind::failed : Lanes::Kind::fresh;
    Sender(for_senders_, kind).run(abort_.get_token());
  }
  if (--working_ > 0) return;
  for (auto& [lane, request] : lanes_.take_all()) {
    give_up(lane, *request);
    done(lane, std::move(request));
  }
  is_finished_ = true;
}

void Endpoint::give_up(const LaneId& lane, const Request& request) {
  if (on_stop_ == OnStop::drop)
    return metrics_.add_dropped(lane.key, drop_reason::kEndpointRemoved, request.rest());
  metrics_.add_abandoned(request.rest().entries);
  for (const telemetry::Ack& ack : request.acks) ack.abandon();
}

void Endpoint::done(const LaneId& lane, std::unique_ptr<Request> request) {
  const Amount amount = request->total();
  metrics_.add_waiting(-static_cast<int64_t>(request->rest().entries));
  request->reset();
  batcher_.recycle(std::move(request));
  queue_.settle(lane.key, amount);
}

void Endpoint::update(SettingsPtr settings) {
  settings_.set(settings);
  queue_.set_capacity(settings->queue_bytes_max);
  lanes_.reload();
}

void Endpoint::close(OnStop on_stop, Clock::time_point deadline) {
  deadline_ = std::min(Clock::now() + settings_.get()->drain_timeout, deadline);
  on_stop_ = on_stop;
  lanes_.finish_by(deadline_);
  queue_.close();
}

bool Endpoint::finished() const {
  return is_finished_ || threads_.empty() || Clock::now() >= deadline_;
}

void Endpoint::stop() {
  abort_.request_stop();  // First: whoever is woken by the next lines must see it.
  lanes_.finish_by(Clock::now());
  queue_.close();
  for (base::Thread& thread : threads_) thread.join();
}

BatchPtr Endpoint::route(const PayloadPtr& payload, telemetry::Ack ack,
                         std::stop_token stop) const {
  BatchPtr batch = codec_.route(payload, *settings_.get());
  batch->ack = std::move(ack);
  batch->stop = std::move(stop);
  return batch;
}

bool Endpoint::offer(BatchPtr& batch) {
  const uint64_t entries = total(batch->shares).entries;
  const auto result = queue_.try_push(batch);
  if (result == Queue::Push::full && settings_.get()->block_on_overflow) return false;
  metrics_.add_received(entries);
  if (result == Queue::Push::closed) refuse(*batch);
  if (result == Queue::Push::full) overflow(*batch);
  return true;
}

void Endpoint::take(BatchPtr batch) {
  const auto entries = static_cast<int64_t>(total(batch->shares).entries);
  metrics_.add_received(static_cast<uint64_t>(entries));
  metrics_.add_waiting(entries);  // At the door; the queue counts what it takes itself.
  if (queue_.push(batch) == Queue::Push::closed) refuse(*batch);
  metrics_.add_waiting(-entries);
}

Queue::Push Endpoint::try_take(BatchPtr& batch) {
  const uint64_t entries = total(batch->shares).entries;
  const auto result = queue_.try_push(batch);
  if (result == Queue::Push::taken) metrics_.add_received(entries);
  return result;
}

Queue::Push Endpoint::take_until(BatchPtr& batch, Clock::time_point until) {
  const uint64_t entries = total(batch->shares).entries;
  const auto result = queue_.push(batch, until);
  if (result == Queue::Push::taken) metrics_.add_received(entries);
  return result;
}

void Endpoint::count_stored(uint64_t entries) {
  metrics_.add_received(entries);
  metrics_.add_waiting(static_cast<int64_t>(entries));
}

BatchPtr Endpoint::without(const Batch& batch, const std::vector<Share>& lanes) const {
  BatchPtr rest = codec_.without(batch, lanes);
  rest->ack = {};
  return rest;
}

Queue::Push Endpoint::take_stored(BatchPtr& batch) {
  const uint64_t entries = total(batch->shares).entries;
  const auto result = queue_.try_push(batch);
  if (result == Queue::Push::taken) metrics_.add_waiting(-static_cast<int64_t>(entries));
  return result;
}

void Endpoint::drop_stored(std::string_view reason, const Amount& amount) {
  metrics_.add_waiting(-static_cast<int64_t>(amount.entries));
  metrics_.add_dropped(settings_.get()->own_lane, reason, amount);
}

void Endpoint::leave_stored(uint64_t entries) {
  metrics_.add_waiting(-static_cast<int64_t>(entries));
  metrics_.add_abandoned(entries);
}

void Endpoint::refuse(const Batch& batch) {
  if (on_stop_ == OnStop::drop) {
    for (const Share& share : batch.shares)
      metrics_.add_dropped(share.lane, drop_reason::kEndpointRemoved, share.amount);
    return;
  }
  metrics_.add_abandoned(total(batch.shares).entries);
  batch.ack.abandon();
}

/// Drops what has no room, and takes the rest.
void Endpoint::overflow(const Batch& batch) {
  std::vector<Share> full = queue_.without_room(batch.shares);
  if (full.size() < batch.shares.size()) {
    BatchPtr rest = codec_.without(batch, full);
    const auto result = queue_.try_push(rest);
    if (result == Queue::Push::full) full = batch.shares;
    if (result == Queue::Push::closed) refuse(*rest);
  }
  for (const Share& share : full)
    metrics_.add_dropped(share.lane, drop_reason::kQueueIsFull, share.amount);
}

}  // namespace components::sink
