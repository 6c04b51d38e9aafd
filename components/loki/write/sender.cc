#include "components/loki/write/sender.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace components::loki::write {
namespace {

constexpr size_t kMergedMax = 10000;   // Label sets whose merged form is remembered.
constexpr size_t kEntryOverhead = 24;  // Bytes of an encoded entry besides its line, about.
constexpr std::string_view kTenantLabel = "__tenant_id__";

/// A point of the steady clock on the wall's.
double unix_seconds(Clock::time_point point) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch() - (Clock::now() - point);
  return std::chrono::duration<double>(wall).count();
}

}  // namespace

void Sender::run(std::stop_token abort) {
  abort_ = std::move(abort);
  for (;;) {
    refresh();
    const auto wake = queue_.wait(wanted(), settings_->endpoint.batch_wait.value, next_due());
    bool took_any = false;
    while (const auto item = queue_.pop()) {
      took_any = true;
      place(*item);
      queue_.settle(open_bytes());
    }
    const bool send_all =
        wake == Queue::Wake::closed || (wake == Queue::Wake::crowded && !took_any);
    send_due(send_all ? Clock::time_point::max() : Clock::now());
    queue_.settle(open_bytes());
    if (wake == Queue::Wake::closed && !took_any) return;
  }
}

void Sender::refresh() {
  if (settings_ == delivery_.settings()) return;
  settings_ = delivery_.settings();
  merged_.clear();
}

// Collecting.

void Sender::place(const Queue::Item& item) {
  const telemetry::LogBatch& batch = *item.batch;
  ++batches_;
  routes_.assign(batch.label_sets.size(), Route{});
  if (is_over()) return give_up(batch, 0);
  uint64_t sent = generations_;  // A send may have taken until the deadline.
  for (size_t i = 0; i < batch.entries.size(); ++i) {
    const telemetry::Entry& entry = batch.entries[i];
    put(item, entry, routes_[entry.labels]);
    if (std::exchange(sent, generations_) != generations_ && is_over())
      return give_up(batch, i + 1);
  }
}

void Sender::put(const Queue::Item& item, const telemetry::Entry& entry, Route& route) {
  const telemetry::LogBatch& batch = *item.batch;
  if (route.request == nullptr) route.request = &request_for(batch.labels(entry));
  Request& request = *route.request;
  const size_t size = telemetry::wire::PushEncoder::size_of(batch, entry);
  const bool is_full = request.encoder.bytes() + size > settings_->endpoint.batch_size.bytes;
  if (is_full && !request.encoder.empty()) send(request);
  if (route.generation != request.generation && !find_stream(batch.labels(entry), route)) {
    metrics_.tenant(request.tenant).lost(Drop::stream_limited).add(1, size);
    metrics_.queue_entries->add(-1);
    return;
  }
  if (request.encoder.empty()) request.due = item.arrived + settings_->endpoint.batch_wait.value;
  if (request.last_batch != batches_) {
    request.last_batch = batches_;
    request.acks.push_back(batch.ack);
  }
  request.encoder.add(route.stream, batch, entry);
}

Sender::Request& Sender::request_for(const telemetry::Labels& labels) {
  const std::string_view tenant = labels.get(kTenantLabel);
  const std::string key(tenant.empty() ? settings_->endpoint.tenant_id : std::string(tenant));
  const auto [place, is_new] = open_.try_emplace(key);
  if (is_new) {
    place->second.tenant = key;
    place->second.generation = ++generations_;
  }
  return place->second;
}

/// False when the request has as many streams as it may have without this one.
bool Sender::find_stream(const telemetry::Labels& labels, Route& route) {
  const uint32_t stream = route.request->encoder.stream(with_external(labels));
  if (settings_->streams_max > 0 && stream >= settings_->streams_max) return false;
  route.stream = stream;
  route.generation = route.request->generation;
  return true;
}

const telemetry::Labels& Sender::with_external(const telemetry::Labels& labels) {
  if (settings_->external_labels.empty()) return labels;
  const auto known = merged_.find(labels);
  if (known != merged_.end()) return known->second;
  if (merged_.size() >= kMergedMax) merged_.clear();
  return merged_.emplace(labels, settings_->with_external(labels)).first->second;
}

// Sending.

void Sender::send_due(Clock::time_point now) {
  for (auto& [tenant, request] : open_)
    if (!request.encoder.empty() && request.due <= now) send(request);
  // Tenants may be many and come and go; one alone keeps its buffers.
  if (open_.size() > 1)
    std::erase_if(open_, [](const auto& entry) { return entry.second.encoder.empty(); });
}

void Sender::send(Request& request) {
  const std::string body = request.encoder.finish();
  metrics_.sending_since->set(unix_seconds(request.due - settings_->endpoint.batch_wait.value));
  const auto fate = delivery_.deliver(
      {request.tenant, body, request.encoder.entries(), request.encoder.bytes()}, abort_);
  metrics_.sending_since->set(0);
  if (fate == Delivery::Fate::time_over) give_up(request);
  metrics_.queue_entries->add(-static_cast<double>(request.encoder.entries()));
  request.acks.clear();
  request.last_batch = 0;
  request.encoder.reset();
  request.generation = ++generations_;
  refresh();
}

void Sender::give_up(const Request& request) {
  if (rest_ == Rest::drop) {
    metrics_.tenant(request.tenant)
        .lost(Drop::endpoint_removed)
        .add(request.encoder.entries(), request.encoder.bytes());
    return;
  }
  for (const telemetry::Ack& ack : request.acks) ack.abandon();
}

void Sender::give_up(const telemetry::LogBatch& batch, size_t first_entry) {
  metrics_.queue_entries->add(-static_cast<double>(batch.entries.size() - first_entry));
  if (rest_ == Rest::abandon) return batch.ack.abandon();
  uint64_t bytes = 0;
  for (size_t i = first_entry; i < batch.entries.size(); ++i)
    bytes += telemetry::wire::PushEncoder::size_of(batch, batch.entries[i]);
  metrics_.tenant(settings_->endpoint.tenant_id)
      .lost(Drop::endpoint_removed)
      .add(batch.entries.size() - first_entry, bytes);
}

size_t Sender::open_bytes() const {
  size_t bytes = 0;
  for (const auto& [tenant, request] : open_)
    bytes += request.encoder.bytes() + request.encoder.entries() * kEntryOverhead;
  return bytes;
}

/// How much must wait to make it worth while to wake up: about what completes a request.
size_t Sender::wanted() const {
  const size_t full = settings_->endpoint.batch_size.bytes;
  return std::max(full - std::min(full, open_bytes()), full / 8);
}

Clock::time_point Sender::next_due() const {
  auto due = Clock::time_point::max();
  for (const auto& [tenant, request] : open_)
    if (!request.encoder.empty()) due = std::min(due, request.due);
  return due;
}

}  // namespace components::loki::write
