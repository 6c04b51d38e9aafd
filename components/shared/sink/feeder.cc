#include "components/shared/sink/feeder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

namespace components::sink {

using io::segment_log::Cursor;
using io::segment_log::Record;

namespace {

/// An endpoint that is so many records behind has a backend that is down or slow.
constexpr uint64_t kCloseMax = 8;

uint64_t next_number() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

Feeder::Feeder(std::shared_ptr<Endpoint> endpoint, std::unique_ptr<Cursor> cursor, Options options,
               const base::metrics::Scope& metrics, base::Logger log)
    : endpoint_(std::move(endpoint)),
      number_(next_number()),
      options_(std::move(options)),
      log_(std::move(log)),
      cursor_name_(options_.name),
      name_(options_.name),
      metrics_(metrics),
      cursor_(std::move(cursor)),
      acks_(*cursor_),
      first_(cursor_->acknowledged() + 1) {
  base::Lock lock(mutex_);
  through_ = first_ - 1;
  is_direct_ = cursor_->unread() == 0;
  for (const auto& part : cursor_->parts()) {
    LaneApart& apart = apart_.all().emplace_back(LaneApart::of_part(part));
    apart.cursor = acks_.go_on_apart(apart.lane, part);
  }
  metrics_.set_name(name_);
  show();
}

void Feeder::set_name(std::string name, bool is_shown) {
  base::Lock lock(mutex_);
  cursor_name_ = std::move(name);
  if (!is_shown || cursor_name_ == name_) return;
  name_ = cursor_name_;
  metrics_.set_name(name_);
  show();
}

std::string Feeder::cursor_name() const {
  base::Lock lock(mutex_);
  return cursor_name_;
}

void Feeder::release() {
  stopping_.request_stop();
  thread_.join();
  acks_.detach();
  base::Lock lock(mutex_);
  is_direct_ = false;
  head_ = nullptr;
  apart_.all().clear();
  passed_.clear();
  cursor_ = nullptr;
  if (stored_ > 0) endpoint_->leave_stored(static_cast<uint64_t>(stored_));
  stored_ = 0;
}

// Of an endpoint that was removed.

void Feeder::retire(uint64_t through) {
  stopping_.request_stop();
  thread_.join();
  acks_.detach();
  base::Lock lock(mutex_);
  is_direct_ = false;
  Amount lost;
  if (head_) lost += total(head_->shares);
  head_ = nullptr;
  for (LaneApart& apart : apart_.all()) lost += take_rest(apart);
  lost += take_rest(through);
  if (lost.entries > 0) drop_stored(drop_reason::kEndpointRemoved, lost);
  apart_.all().clear();
  settle_unread();
  if (lost.entries > 0)
    log_.warn("disk queue: dropped {} entries that waited for {}: it is not configured any more",
              lost.entries, name_);
  cursor_ = nullptr;
}

/// What the lane has not got of records that the rest has.
Amount Feeder::take_rest(LaneApart& apart) {
  Amount lost;
  if (apart.head) lost += total(apart.head->shares);
  while (apart.cursor->next_sequence() <= through_) {
    auto record = apart.cursor->next();
    if (!record || !*record) break;
    const uint64_t sequence = (*record)->sequence;
    if (passed_.contains(sequence)) continue;
    const auto stored = read_stored(std::move(**record), options_.decode, *endpoint_, {});
    if (!stored) continue;
    const Amount amount = total(apart_.shares_of(*stored->batch, apart));
    if (sequence < first_) store_earlier(amount.entries);
    lost += amount;
  }
  return lost;
}

/// What is not read of all lanes.
Amount Feeder::take_rest(uint64_t through) {
  Amount lost;
  while (cursor_->unread() > 0) {
    const auto record = cursor_->next();
    if (!record || !*record || (*record)->sequence > through) break;
    if (passed_.erase((*record)->sequence) > 0) continue;
    lost += {(*record)->items, (*record)->bytes.size()};
    if ((*record)->sequence < options_.begin) store_earlier((*record)->items);
  }
  return lost;
}

// Counting.

void Feeder::count_dropped(const Record& record, std::span<const std::string> cursors,
                           std::string_view reason) {
  const auto is_among = [&](std::string_view name) {
    return std::ranges::find(cursors, name) != cursors.end();
  };
  base::Lock lock(mutex_);
  const bool is_unread = is_among(cursor_name_);
  if (passed_.contains(record.sequence) || (apart_.empty() && !is_unread)) return;
  Amount amount;
  if (apart_.empty()) {
    amount = {record.items, record.bytes.size()};
  } else {
    const auto stored = read_stored(record, options_.decode, *endpoint_, {});
    for (const Share& share : stored ? stored->batch->shares : std::vector<Share>()) {
      const LaneApart* apart = apart_.find(share.lane);
      const bool is_lost =
          apart ? is_among(io::segment_log::part_name(cursor_name_, apart->part())) : is_unread;
      if (is_lost) amount += share.amount;
    }
  }
  if (amount.entries == 0) return;
  if (record.sequence < (is_unread ? options_.begin : first_)) store_earlier(amount.entries);
  drop_stored(reason, amount);
}

void Feeder::store(uint64_t entries) {
  stored_ += static_cast<int64_t>(entries);
  endpoint_->count_stored(entries);
}

void Feeder::store_earlier(uint64_t entries) {
  metrics_.recover(entries);
  store(entries);
}

void Feeder::drop_stored(std::string_view reason, const Amount& amount) {
  stored_ -= static_cast<int64_t>(amount.entries);
  endpoint_->drop_stored(reason, amount);
}

/// When everything was read, what counts as stored still was in records that are damaged.
void Feeder::settle_unread() {
  if (stored_ > 0 && apart_.empty())
    drop_stored(drop_reason::kDiskDamaged, {static_cast<uint64_t>(stored_), 0});
}

uint64_t Feeder::unread() const {
  base::Lock lock(mutex_);
  if (!cursor_) return 0;
  return std::max(cursor_->unread() + (head_ ? 1 : 0), apart_.unread());
}

void Feeder::show() {
  metrics_.set_records(std::max(cursor_ ? cursor_->unread() : 0, apart_.unread()));
}

/// Records that every reader is behind, or that are dropped.
void Feeder::forget_passed() {
  uint64_t end = through_ + 1;
  for (const LaneApart& apart : apart_.all()) {
    if (apart.is_reading) return;
    end = std::min(end, apart.cursor->next_sequence());
  }
  passed_.erase(passed_.begin(), passed_.lower_bound(end));
}

// For the one who appends.

void Feeder::hand_over(uint64_t sequence, const PayloadPtr& payload) {
  base::Lock lock(mutex_);
  if (!cursor_) return;
  const bool is_behind = !is_direct_ || sequence <= through_;
  BatchPtr batch;
  if (!is_behind || !apart_.knows_enough()) {
    batch = endpoint_->route(payload, {}, stopping_.get_token());
    apart_.note(*batch);
  }
  if (is_behind) {  // The thread reads it, or has done so.
    metrics_.spill(payload->entries());
    store(payload->entries());
    if (!metrics_.has_oldest()) metrics_.set_oldest(Trailer::now().unix_ms);
    return show();
  }
  cursor_->skip(sequence);
  through_ = sequence;
  batch = without_apart(std::move(batch), sequence);
  if (!batch) return acks_.pass(sequence);
  acks_.issue(sequence, batch->shares);
  LaneAcks::join(*batch);
  const uint64_t entries = total(batch->shares).entries;
  const auto now = Clock::now();
  if (endpoint_->try_take(batch) == Queue::Push::taken) {
    if (now - looked_ < options_.silence_max / 4) return;
    looked_ = now;
    return endpoint_->wake();  // A lane may be silent.
  }
  store(entries);
  head_ = std::move(batch);
  is_direct_ = false;
  endpoint_->wake();
}

/// What is apart stays in the log: nothing when that is all.
BatchPtr Feeder::without_apart(BatchPtr batch, uint64_t sequence) {
  const auto lanes = apart_.shares_of(*batch);
  pass_apart(*batch, sequence);
  if (lanes.empty()) return batch;
  const uint64_t entries = total(lanes).entries;
  metrics_.spill(entries);
  store(entries);
  if (!metrics_.has_oldest()) metrics_.set_oldest(Trailer::now().unix_ms);
  show();
  endpoint_->wake();
  if (lanes.size() == batch->shares.size()) return nullptr;
  return endpoint_->without(*batch, lanes);
}

/// Lanes that have read everything before need not read what holds nothing for them.
void Feeder::pass_apart(const Batch& batch, uint64_t sequence) {
  for (LaneApart& apart : apart_.all()) {
    const bool is_for = !apart_.shares_of(batch, apart).empty();
    if (is_for || apart.is_reading || apart.cursor->next_sequence() != sequence) continue;
    apart.cursor->skip(sequence);
    acks_.pass_apart(apart.lane, sequence);
  }
}

void Feeder::pass_over(uint64_t sequence, TransitPtr in_memory) {
  base::Lock lock(mutex_);
  passed_.emplace(sequence, std::move(in_memory));
}

void Feeder::cancel(uint64_t sequence) {
  base::Lock lock(mutex_);
  passed_.erase(sequence);
}

void Feeder::settle(uint64_t sequence, const PayloadPtr& payload) {
  base::Lock lock(mutex_);
  if (!cursor_ || !is_direct_ || sequence <= through_) return;  // The thread passes over it.
  cursor_->skip(sequence);
  through_ = sequence;
  tell_passed(sequence);
  // A lane that was set apart meanwhile passes over it, too.
  if (!apart_.empty()) pass_apart(*endpoint_->route(payload, {}, {}), sequence);
  forget_passed();
}

/// What the endpoint is not done with, in all lanes but those that are apart, holds its position.
void Feeder::tell_passed(uint64_t sequence) {
  const TransitPtr& transit = passed_.at(sequence);
  if (transit == nullptr) return acks_.pass(sequence);
  std::vector<Share> open = transit->open_shares(number_);
  std::erase_if(open, [&](const Share& share)
                          REQUIRES_LOCK(mutex_) { return apart_.find(share.lane) != nullptr; });
  acks_.issue(sequence, open);
  transit->bind(number_, std::move(open));
}

void Feeder::tell_passed(const LaneApart& apart, uint64_t sequence) {
  const TransitPtr& transit = passed_.at(sequence);
  std::vector<Share> open;
  if (transit) open = transit->open_shares(number_);
  std::erase_if(open, [&](const Share& share)
                          REQUIRES_LOCK(mutex_) { return apart_.find(share.lane) != &apart; });
  if (open.empty()) return acks_.pass_apart(apart.lane, sequence);
  acks_.issue_apart(apart.lane, sequence, open);
  transit->bind(number_, std::move(open));
}

bool Feeder::is_direct_for(const Batch& batch) const {
  return is_direct_ && (apart_.empty() || apart_.shares_of(batch).empty());
}

bool Feeder::is_direct(const Batch& batch) const {
  base::Lock lock(mutex_);
  return is_direct_for(batch);
}

void Feeder::wait_while_close(const std::stop_token& stop, Clock::time_point until) {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, until, [&]() REQUIRES_LOCK(mutex_) {
    return is_direct_ || cursor_ == nullptr || cursor_->unread() > kCloseMax;
  });
}

void Feeder::wait_until_direct(const Batch& batch, const std::stop_token& stop,
                               Clock::time_point until) {
  base::Lock lock(mutex_);
  changed_.wait_until(mutex_, stop, until,
                      [&]() REQUIRES_LOCK(mutex_) { return is_direct_for(batch); });
}

}  // namespace components::sink
