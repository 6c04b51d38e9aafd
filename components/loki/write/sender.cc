#include "components/loki/write/sender.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "components/loki/write/settings.h"

namespace components::loki::write {
namespace {

constexpr size_t kMergedMax = 10000;   // Label sets whose merged form is remembered.
constexpr size_t kEntryOverhead = 24;  // Bytes of an encoded entry besides its line, about.

/// A point of the steady clock on the wall's.
double unix_seconds(Clock::time_point point) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch() - (Clock::now() - point);
  return std::chrono::duration<double>(wall).count();
}

}  // namespace

Sender::Sender(Queue& queue, Metrics& metrics, PushLimits& limits, sink::Delivery& delivery,
               const base::Snapshot<Settings>& settings)
    : queue_(queue),
      metrics_(metrics),
      limits_(limits),
      delivery_(delivery),
      newest_settings_(settings),
      merged_(kMergedMax) {}

void Sender::run(std::stop_token abort) {
  abort_ = std::move(abort);
  for (;;) {
    refresh();
    const auto wake = queue_.wait(wanted(), settings_->batch_wait, next_due());
    bool took_any = false;
    while (const auto item = queue_.pop()) {
      took_any = true;
      place(*item);
      queue_.settle(open_bytes());
    }
    const bool send_all =
        wake == Queue::Wake::closed || (wake == Queue::Wake::has_waiters && !took_any);
    send_due(send_all ? Clock::time_point::max() : Clock::now());
    queue_.settle(open_bytes());
    if (wake == Queue::Wake::closed && !took_any) return;
  }
}

void Sender::refresh() {
  auto newest = newest_settings_.get();
  if (settings_ == newest) return;
  settings_ = std::move(newest);
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
  const size_t size = telemetry::wire::PushEncoder::size_of(batch, entry);
  const std::string& own_tenant = settings_->endpoint.tenant_id;
  if (route.open == nullptr && !route.has_bad_tenant) {
    const std::string_view tenant = tenant_of(batch.labels(entry), own_tenant);
    route.has_bad_tenant = !is_valid_tenant(tenant);
    if (!route.has_bad_tenant) route.open = &open_for(tenant);
  }
  if (route.has_bad_tenant) return drop(drop_reason::kInvalidTenant, own_tenant, size);
  Open& open = *route.open;
  telemetry::wire::PushEncoder& encoder = open.request.encoder;
  const bool is_full = encoder.bytes() + size > request_bytes_max();
  if (is_full && !encoder.empty()) send(open);
  if (route.generation != open.generation && !find_stream(batch.labels(entry), route))
    return drop(drop_reason::kStreamLimited, open.tenant, size);
  if (encoder.empty()) open.due = item.arrived + settings_->batch_wait;
  if (open.last_batch != batches_) {
    open.last_batch = batches_;
    open.request.acks.push_back(batch.ack);
  }
  encoder.add(route.stream, batch, entry);
}

void Sender::drop(std::string_view reason, const std::string& tenant, size_t bytes) {
  metrics_.add_dropped(tenant, reason, {1, bytes});
  metrics_.add_waiting(-1);
}

Sender::Open& Sender::open_for(std::string_view tenant) {
  const auto [place, is_new] = open_.try_emplace(std::string(tenant), limits_);
  if (is_new) {
    place->second.tenant = tenant;
    place->second.generation = ++generations_;
  }
  return place->second;
}

/// False when the request has as many streams as it may have without this one.
bool Sender::find_stream(const telemetry::Labels& labels, Route& route) {
  const uint32_t stream = route.open->request.encoder.stream(with_external(labels));
  if (settings_->streams_max > 0 && stream >= settings_->streams_max) return false;
  route.stream = stream;
  route.generation = route.open->generation;
  return true;
}

const telemetry::Labels& Sender::with_external(const telemetry::Labels& labels) {
  if (settings_->external_labels.empty()) return labels;
  const telemetry::Labels* known = merged_.get(labels);
  return known ? *known : merged_.put(labels, settings_->with_external(labels));
}

// Sending.

void Sender::send_due(Clock::time_point now) {
  for (auto& [tenant, open] : open_)
    if (!open.request.encoder.empty() && open.due <= now) send(open);
  // Tenants may be many and come and go; one alone keeps its buffers.
  if (open_.size() > 1)
    std::erase_if(open_, [](const auto& entry) { return entry.second.request.encoder.empty(); });
}

void Sender::send(Open& open) {
  metrics_.set_sending_since(unix_seconds(open.due - settings_->batch_wait));
  const Amount rest = delivery_.deliver(open.tenant, open.request, abort_);
  metrics_.set_sending_since(0);
  if (rest.entries > 0) give_up(open, rest);
  metrics_.add_waiting(-static_cast<int64_t>(open.request.total().entries));
  open.request.reset();
  open.last_batch = 0;
  open.generation = ++generations_;
  refresh();
}

void Sender::give_up(const Open& open, const Amount& rest) {
  if (on_stop_ == OnStop::drop)
    return metrics_.add_dropped(open.tenant, drop_reason::kEndpointRemoved, rest);
  for (const telemetry::Ack& ack : open.request.acks) ack.abandon();
}

void Sender::give_up(const telemetry::LogBatch& batch, size_t first_entry) {
  metrics_.add_waiting(-static_cast<int64_t>(batch.entries.size() - first_entry));
  if (on_stop_ == OnStop::abandon) return batch.ack.abandon();
  for (const auto& [tenant, amount] :
       amounts_by_tenant(batch, first_entry, settings_->endpoint.tenant_id))
    metrics_.add_dropped(tenant, drop_reason::kEndpointRemoved, amount);
}

size_t Sender::request_bytes_max() const {
  return std::min(settings_->request_bytes_max, limits_.request_bytes.load());
}

size_t Sender::open_bytes() const {
  size_t bytes = 0;
  for (const auto& [tenant, open] : open_) {
    const Amount amount = open.request.total();
    bytes += amount.bytes + amount.entries * kEntryOverhead;
  }
  return bytes;
}

/// How much must wait to make it worth while to wake up: about what completes a request.
size_t Sender::wanted() const {
  const size_t full = request_bytes_max();
  return std::max(full - std::min(full, open_bytes()), full / 8);
}

Clock::time_point Sender::next_due() const {
  auto due = Clock::time_point::max();
  for (const auto& [tenant, open] : open_)
    if (!open.request.encoder.empty()) due = std::min(due, open.due);
  return due;
}

}  // namespace components::loki::write
