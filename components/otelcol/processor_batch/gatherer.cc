#include "components/otelcol/processor_batch/gatherer.h"

#include <algorithm>
#include <limits>
#include <stop_token>
#include <utility>

#include "base/text.h"
#include "telemetry/otlp/request.h"

namespace components::otelcol::processor_batch {

using telemetry::Ack;
using telemetry::OtlpBatch;
using telemetry::OtlpSlice;

namespace {

// Bounds of the collector's own histogram of the same name.
constexpr double kSizes[] = {10,   25,    50,    75,    100,   250,   500,  750,
                             1000, 2000,  3000,  4000,  5000,  6000,  7000, 8000,
                             9000, 10000, 20000, 30000, 50000, 100000};

/// Late enough, and with room for kQuiet above.
constexpr Gatherer::Clock::time_point kNever =
    Gatherer::Clock::time_point::max() - Gatherer::kQuiet;

size_t size_of(int64_t argument) {
  return argument <= 0 ? std::numeric_limits<size_t>::max() : static_cast<size_t>(argument);
}

size_t bytes_of(const std::deque<OtlpSlice>& slices) {
  size_t bytes = 0;
  for (const OtlpSlice& slice : slices) bytes += slice.bytes.size();
  return bytes;
}

}  // namespace

Counts::Counts(const base::metrics::Scope& metrics)
    : size_triggers(metrics.counter("otelcol_processor_batch_batch_size_trigger_send_total",
                                    "Batches that were sent because they were large enough.")),
      timeout_triggers(metrics.counter("otelcol_processor_batch_timeout_trigger_send_total",
                                       "Batches that were sent because the time was up.")),
      sizes(metrics.histogram("otelcol_processor_batch_batch_send_size", "Items of batches.", {},
                              kSizes)),
      cardinality(metrics.gauge("otelcol_processor_batch_metadata_cardinality",
                                "Combinations of values of metadata_keys.")) {}

Gatherer::Gatherer(telemetry::Signal signal, const Flows& flows, const Counts& counts,
                   Output& output)
    : signal_(signal),
      flows_(flows),
      held_(flow().held()),
      held_bytes_(flow().buffered_bytes()),
      counts_(counts),
      output_(output) {
  base::Lock lock(on_the_way_->mutex);
  on_the_way_->gatherer = this;
}

Gatherer::~Gatherer() {
  {
    base::Lock lock(on_the_way_->mutex);
    on_the_way_->gatherer = nullptr;
  }
  stop();
}

void Gatherer::update(const Arguments& arguments) {
  Rules rules;
  rules.timeout =
      arguments.send_batch_size == 0 ? std::chrono::nanoseconds(0) : arguments.timeout.value;
  rules.size = arguments.send_batch_size == 0 ? 0 : size_of(arguments.send_batch_size);
  rules.size_max = size_of(arguments.send_batch_max_size);
  for (const std::string& key : arguments.metadata_keys) rules.keys.push_back(base::to_lower(key));
  rules.groups_max = size_of(arguments.metadata_cardinality_limit);
  base::Lock lock(mutex_);
  rules_ = std::move(rules);
  flush_at_ = std::min(flush_at_, Clock::now() + rules_.timeout);
  changed_.notify_all();
}

base::Result<void> Gatherer::start() {
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("otelcol.batch", [this] { run(); });
  if (!thread) return tl::unexpected(thread.error());
  thread_ = std::move(*thread);
  return {};
}

void Gatherer::drain() {
  base::Lock lock(mutex_);
  is_draining_ = true;
  changed_.notify_all();
}

bool Gatherer::is_drained() const {
  base::Lock lock(mutex_);
  return !thread_.joinable() || (bytes_ == 0 && !is_sending_);
}

void Gatherer::stop() {
  {
    base::Lock lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }
  stopping_.request_stop();  // Receivers give up what they block on.
  thread_.join();
  base::Lock lock(mutex_);
  abandon_all();
}

void Gatherer::abandon_all() {
  for (auto& [key, group] : groups_) {
    flow().abandon(group.items);
    held_->add(-static_cast<double>(group.items));
    for (const auto& [items, ack] : group.acks) ack.abandon();
    set_bytes(group, 0);
  }
  groups_.clear();
}

void Gatherer::set_bytes(Group& group, size_t bytes) {
  held_bytes_->add(static_cast<double>(bytes) - static_cast<double>(group.bytes));
  memory_.subtract(group.bytes);
  memory_.add(bytes);
  bytes_ = bytes_ - group.bytes + bytes;
  group.bytes = bytes;
}

Gatherer::Key Gatherer::key_of(const OtlpBatch& batch) const {
  Key key;
  for (const std::string& name : rules_.keys) {
    auto& values = key.emplace_back();
    if (batch.client == nullptr) continue;
    if (const auto found = batch.client->metadata.find(name); found != batch.client->metadata.end())
      values = found->second;
  }
  return key;
}

/// Null: there are as many groups as there may be.
Gatherer::Group* Gatherer::group_of(const OtlpBatch& batch) {
  Key key = key_of(batch);
  const auto found = groups_.find(key);
  if (found != groups_.end()) return &found->second;
  if (groups_.size() >= rules_.groups_max) return nullptr;
  Group& group = groups_[key];
  if (!rules_.keys.empty()) {
    // What else is known of the senders does not hold for all of them.
    auto client = std::make_shared<telemetry::OtlpClient>();
    for (size_t i = 0; i < key.size(); ++i)
      if (key[i]) client->metadata[rules_.keys[i]] = *key[i];
    group.client = std::move(client);
  }
  counts_.cardinality->set(static_cast<double>(groups_.size()));
  return &group;
}

void Gatherer::take(OtlpBatch batch) {
  const size_t items = batch.count();
  flow().receive(items);
  if (items == 0) return;
  if (!output_.has(signal_)) return flows_.drop_without_consumer(signal_, items);
  const std::stop_callback on_stop(batch.stop, [this] { wake(); });
  held_->add(static_cast<double>(items));  // At the door, too.
  base::Lock lock(mutex_);
  while ((bytes_ >= kBytesMax || !memory_.has_room()) && bytes_ > 0 && !is_closed_ &&
         !is_draining_ && !batch.stop.stop_requested())
    changed_.wait(mutex_);
  Group* group =
      is_closed_ || is_draining_ || batch.stop.stop_requested() ? nullptr : group_of(batch);
  if (group == nullptr) {
    held_->add(-static_cast<double>(items));
    flow().abandon(items);
    batch.ack.abandon();
    return;
  }
  const auto now = Clock::now();
  if (bytes_ == 0) {
    flush_at_ = std::max(flush_at_, now + rules_.timeout);
    came_at_ = kNever;
  }
  if (batch.ack) came_at_ = now;
  set_bytes(*group, group->bytes + batch.bytes());
  group->items += items;
  for (OtlpSlice& slice : batch.slices) group->slices.push_back(std::move(slice));
  group->acks.emplace_back(items, std::move(batch.ack));
  changed_.notify_all();
}

bool Gatherer::is_full(const Group& group) const {
  return group.items > 0 &&
         (rules_.timeout.count() == 0 || group.items >= rules_.size || is_draining_);
}

OtlpBatch Gatherer::cut(Group& group, Trigger trigger) {
  OtlpBatch batch;
  batch.signal = signal_;
  batch.stop = stopping_.get_token();
  batch.client = group.client;
  const size_t items = std::min(group.items, rules_.size_max);
  batch.slices = telemetry::otlp::take_items(signal_, group.slices, items);
  group.items -= items;
  (trigger == Trigger::size ? counts_.size_triggers : counts_.timeout_triggers)->add(1);
  counts_.sizes->observe(static_cast<double>(items));
  std::vector<Ack> acks;
  for (size_t left = items; left > 0;) {
    auto& [of_ack, ack] = group.acks.front();
    const size_t taken = std::min(of_ack, left);
    acks.push_back(ack);
    of_ack -= taken;
    left -= taken;
    if (of_ack == 0) group.acks.pop_front();
  }
  batch.ack = track(std::move(acks));
  set_bytes(group, bytes_of(group.slices));
  held_->add(-static_cast<double>(items));
  return batch;
}

/// Counts the batch as on its way until it is done.
Ack Gatherer::track(std::vector<Ack> acks) {
  ++on_the_way_->batches;
  const auto count = [way = on_the_way_](bool) {
    if (--way->batches > 0) return;
    base::Lock lock(way->mutex);
    if (way->gatherer != nullptr) way->gatherer->wake();
  };
  acks.emplace_back(count, Ack::Source::rereadable);  // What sources can do decides.
  return Ack::all(std::move(acks));
}

void Gatherer::wake() {
  base::Lock lock(mutex_);
  changed_.notify_all();
}

/// When something that waits may have to go.
Gatherer::Clock::time_point Gatherer::next_look() const {
  if (bytes_ == 0) return Clock::time_point::max();
  const bool is_idle = on_the_way_->batches == 0;
  return is_idle ? std::min(flush_at_, came_at_ + kQuiet) : flush_at_;
}

std::optional<OtlpBatch> Gatherer::next_batch() {
  std::optional<OtlpBatch> batch;
  for (auto& [key, group] : groups_)
    if (!batch && is_full(group)) batch = cut(group, Trigger::size);
  const auto now = Clock::now();
  if (batch) flush_at_ = std::max(flush_at_, now + rules_.timeout);
  if (!batch && now >= next_look()) {
    for (auto& [key, group] : groups_)
      if (!batch && group.items > 0) batch = cut(group, Trigger::timeout);
    flush_at_ = now + rules_.timeout;
  }
  return batch;
}

void Gatherer::run() {
  while (true) {
    std::optional<OtlpBatch> batch;
    {
      base::Lock lock(mutex_);
      is_sending_ = false;
      while (!is_closed_ && !batch) {
        batch = next_batch();
        if (batch) break;
        if (const auto look = next_look(); look < Clock::time_point::max())
          changed_.wait_until(mutex_, look);
        else
          changed_.wait(mutex_);
      }
      if (!batch) return;
      is_sending_ = true;
      changed_.notify_all();
    }
    const size_t items = batch->count();
    if (!output_.has(signal_)) {
      flows_.drop_without_consumer(signal_, items);
      continue;
    }
    flow().send(items);
    output_.receive(std::move(*batch));
  }
}

}  // namespace components::otelcol::processor_batch
