#include "components/shared/sink/feeder.h"

#include <chrono>
#include <cstring>
#include <utility>

namespace components::sink {
namespace {

/// How long reading pauses when the disk refuses.
constexpr std::chrono::seconds kReadPause{1};

/// Takes off what stands behind the payload.
Feeder::Trailer cut_trailer(std::string& bytes) {
  Feeder::Trailer trailer;
  if (bytes.size() < sizeof trailer) return trailer;
  const size_t payload = bytes.size() - sizeof trailer;
  std::memcpy(&trailer, bytes.data() + payload, sizeof trailer);
  bytes.resize(payload);
  return trailer;
}

}  // namespace

Feeder::Feeder(std::shared_ptr<Endpoint> endpoint, std::string name,
               std::unique_ptr<io::segment_log::Cursor> cursor, uint64_t begin, Decode decode,
               base::metrics::Scope metrics, base::Logger log)
    : endpoint_(std::move(endpoint)),
      decode_(decode),
      metrics_(std::move(metrics)),
      log_(std::move(log)),
      cursor_name_(name),
      name_(std::move(name)),
      cursor_(std::move(cursor)),
      window_([this](uint64_t sequence) { cursor_->acknowledge(sequence); }),
      begin_(begin) {
  base::Lock lock(mutex_);
  is_direct_ = cursor_->unread() == 0;
  make_series();
}

void Feeder::make_series() {
  const base::metrics::Labels labels{{"endpoint", name_}};
  records_ = metrics_.gauge("tributary_disk_queue_records",
                            "Batches that wait for the endpoint on disk only.", labels);
  oldest_ = metrics_.gauge("tributary_disk_queue_oldest_timestamp_seconds",
                           "When the oldest of them came; 0: there is none.", labels);
  spilled_ = metrics_.counter("tributary_disk_queue_spilled_entries_total",
                              "Entries that the endpoint did not take when they came, so that "
                              "they wait on disk only.",
                              labels);
  replayed_ = metrics_.counter("tributary_disk_queue_replayed_entries_total",
                               "Entries read from disk for the endpoint.", labels);
  show();
}

void Feeder::set_name(std::string name, bool is_shown) {
  base::Lock lock(mutex_);
  cursor_name_ = std::move(name);
  if (!is_shown || cursor_name_ == name_) return;
  name_ = cursor_name_;
  make_series();
}

std::string Feeder::cursor_name() const {
  base::Lock lock(mutex_);
  return cursor_name_;
}

Feeder::Trailer Feeder::Trailer::now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

base::Result<void> Feeder::start() {
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("disk feeder", [this] { run(); });
  if (!thread) return base::in_context("disk queue", thread.error());
  thread_ = std::move(*thread);
  return {};
}

void Feeder::release() {
  stopping_.request_stop();
  thread_.join();
  window_.detach();
  base::Lock lock(mutex_);
  is_direct_ = false;
  if (head_) head_->ack.abandon();
  head_ = nullptr;
  cursor_ = nullptr;
  if (stored_ > 0) endpoint_->leave_stored(static_cast<uint64_t>(stored_));
  stored_ = 0;
}

void Feeder::retire(uint64_t through) {
  stopping_.request_stop();
  thread_.join();
  window_.detach();
  Amount lost;
  {
    base::Lock lock(mutex_);
    is_direct_ = false;
    if (head_) lost += total(head_->shares);
    head_ = nullptr;
  }
  while (cursor_->unread() > 0) {
    const auto record = cursor_->next();
    if (!record || !*record || (*record)->sequence > through) break;
    base::Lock lock(mutex_);
    if (passed_.erase((*record)->sequence) > 0) continue;
    lost += {(*record)->items, (*record)->bytes.size()};
    if ((*record)->sequence < begin_) store((*record)->items);
  }
  base::Lock lock(mutex_);
  if (lost.entries > 0) drop_stored(drop_reason::kEndpointRemoved, lost);
  settle_unread();
  if (lost.entries > 0)
    log_.warn("disk queue: dropped {} entries that waited for {}: it is not configured any more",
              lost.entries, name_);
  cursor_ = nullptr;
}

void Feeder::count_dropped(uint64_t through, std::string_view reason, const Amount& amount) {
  if (amount.entries == 0) return;
  base::Lock lock(mutex_);
  if (through < begin_) store(amount.entries);
  drop_stored(reason, amount);
}

void Feeder::store(uint64_t entries) {
  stored_ += static_cast<int64_t>(entries);
  endpoint_->count_stored(entries);
}

void Feeder::drop_stored(std::string_view reason, const Amount& amount) {
  stored_ -= static_cast<int64_t>(amount.entries);
  endpoint_->drop_stored(reason, amount);
}

/// Everything was read: what counts as stored still was in records that are damaged.
void Feeder::settle_unread() {
  if (stored_ > 0) drop_stored(drop_reason::kDiskDamaged, {static_cast<uint64_t>(stored_), 0});
}

uint64_t Feeder::unread() const {
  base::Lock lock(mutex_);
  return cursor_ ? cursor_->unread() + (head_ ? 1 : 0) : 0;
}

void Feeder::show() {
  const uint64_t unread = cursor_ ? cursor_->unread() : 0;
  records_->set(static_cast<double>(unread));
  if (unread == 0) oldest_->set(0);
}

// For the one who appends.

void Feeder::hand_over(uint64_t sequence, const PayloadPtr& payload) {
  base::Lock lock(mutex_);
  if (!cursor_) return;
  if (!is_direct_ || sequence <= through_) {  // The thread reads it, or has done so.
    spilled_->add(payload->entries());
    store(payload->entries());
    if (oldest_->value() == 0) oldest_->set(static_cast<double>(Trailer::now().unix_ms) / 1000);
    return show();
  }
  BatchPtr batch = endpoint_->route(payload, window_.issue(sequence), stopping_.get_token());
  cursor_->skip(sequence);
  through_ = sequence;
  if (endpoint_->try_take(batch) == Queue::Push::taken) return;
  store(payload->entries());
  head_ = std::move(batch);
  is_direct_ = false;
  changed_.notify_all();
}

void Feeder::pass_over(uint64_t sequence) {
  base::Lock lock(mutex_);
  passed_.insert(sequence);
}

void Feeder::cancel(uint64_t sequence) {
  base::Lock lock(mutex_);
  passed_.erase(sequence);
}

void Feeder::settle(uint64_t sequence) {
  telemetry::Ack done;  // Let go of without the lock.
  base::Lock lock(mutex_);
  if (!cursor_ || !is_direct_ || sequence <= through_) return;  // The thread passes over it.
  passed_.erase(sequence);
  done = window_.issue(sequence);
  cursor_->skip(sequence);
  through_ = sequence;
}

void Feeder::wait_until_direct(const std::stop_token& stop, Clock::time_point until) {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, until, [&] { return is_direct_.load(); });
}

// The thread.

void Feeder::run() {
  while (!stopping_.stop_requested()) {
    BatchPtr head = wait_until_behind();
    if (head && !deliver(std::move(head))) return;
    if (!read_all()) return;
  }
}

BatchPtr Feeder::wait_until_behind() {
  base::Lock lock(mutex_);
  show();
  if (!head_ && cursor_->unread() == 0) {
    settle_unread();
    is_direct_ = true;
    changed_.notify_all();
  }
  changed_.wait(mutex_, stopping_.get_token(), [&] { return !is_direct_; });
  return std::move(head_);
}

/// False when the endpoint takes nothing any more.
bool Feeder::read_all() {
  while (!stopping_.stop_requested() && cursor_->unread() > 0)
    if (BatchPtr batch = read_next(); batch && !deliver(std::move(batch))) return false;
  return true;
}

BatchPtr Feeder::read_next() {
  auto record = cursor_->next();
  if (!record) {
    log_.warn("disk queue: {}", record.error().message);
    pause();
    return nullptr;
  }
  return *record ? batch_of(std::move(**record)) : nullptr;
}

BatchPtr Feeder::batch_of(io::segment_log::Record record) {
  telemetry::Ack ack = window_.issue(record.sequence);
  const uint64_t size = record.bytes.size();
  const Trailer trailer = cut_trailer(record.bytes);
  {
    base::Lock lock(mutex_);
    through_ = record.sequence;
    const bool is_passed = passed_.erase(record.sequence) > 0;
    passed_.erase(passed_.begin(), passed_.lower_bound(record.sequence));  // Of dropped segments.
    show();
    if (is_passed) return nullptr;
    if (record.sequence < begin_) store(record.items);
    oldest_->set(static_cast<double>(trailer.unix_ms) / 1000);
    replayed_->add(record.items);
  }
  auto payload = decode_(std::move(record.bytes));
  if (payload) return endpoint_->route(*payload, std::move(ack), stopping_.get_token());
  log_.error("disk queue: record {}: {}; dropped", record.sequence, payload.error().message);
  base::Lock lock(mutex_);
  drop_stored(drop_reason::kDiskDamaged, {record.items, size});
  return nullptr;
}

void Feeder::pause() {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stopping_.get_token(), Clock::now() + kReadPause,
                      [] { return false; });
}

/// False when the endpoint takes nothing any more; then the batch waits in head_ for the end.
bool Feeder::deliver(BatchPtr batch) {
  const auto entries = static_cast<int64_t>(total(batch->shares).entries);
  const auto result = endpoint_->take_stored(batch, Clock::time_point::max());
  base::Lock lock(mutex_);
  if (result == Queue::Push::taken) {
    stored_ -= entries;
    return true;
  }
  head_ = std::move(batch);
  return false;
}

}  // namespace components::sink
