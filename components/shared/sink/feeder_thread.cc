#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "components/shared/sink/feeder.h"

namespace components::sink {

using io::segment_log::Cursor;
using io::segment_log::Record;

namespace {

/// How long reading pauses when the disk refuses.
constexpr std::chrono::seconds kReadPause{1};
/// How often lanes are looked at, while one has no room or is apart.
constexpr std::chrono::milliseconds kLookLeast{10}, kLookMost{1000};

/// Gives the part of a batch the acks that its lanes have there.
void take_acks(Batch& part, const Batch& whole) {
  for (Share& share : part.shares)
    share.ack = std::ranges::find(whole.shares, share.lane, &Share::lane)->ack;
  LaneAcks::join(part);
}

}  // namespace

/// The feeder's thread: hands over what is read for the endpoint as a whole, and for each lane that
/// is apart, as far as there is room, and never waits for one of them.
class Feeder::Reading {
 public:
  explicit Reading(Feeder& feeder) : feeder_(feeder), endpoint_(*feeder.endpoint_) {}

  void run() {
    const auto stop = feeder_.stopping_.get_token();
    while (!stop.stop_requested() && !endpoint_.is_closed()) {
      const uint64_t seen = endpoint_.news();
      bool is_moving = feed();
      for (LaneApart* apart : lanes_apart()) is_moving = feed(*apart) || is_moving;
      is_moving = look_at_lanes() || is_moving;
      if (!is_moving) endpoint_.wait_for_news(seen, stop, next_look());
    }
  }

 private:
  std::vector<LaneApart*> lanes_apart() {
    base::Lock lock(feeder_.mutex_);
    std::vector<LaneApart*> all;
    for (LaneApart& apart : feeder_.apart_.all()) all.push_back(&apart);
    return all;
  }

  Clock::time_point next_look() {
    base::Lock lock(feeder_.mutex_);
    if (feeder_.is_direct_ && feeder_.apart_.empty()) return Clock::time_point::max();
    return Clock::now() + std::clamp(feeder_.options_.silence_max / 4, kLookLeast, kLookMost);
  }

  // For all lanes but those that are apart.

  /// Whether something moved.
  bool feed() {
    BatchPtr batch;
    {
      base::Lock lock(feeder_.mutex_);
      if (feeder_.is_direct_) return false;
      batch = std::move(feeder_.head_);
      if (!batch && feeder_.cursor_->unread() == 0) {
        feeder_.is_direct_ = true;
        feeder_.show();
        feeder_.settle_unread();
        feeder_.changed_.notify_all();
        return true;
      }
    }
    if (!batch) {
      auto record = next_of(*feeder_.cursor_);
      if (record) batch = batch_of(std::move(*record));
    }
    return !batch || deliver(std::move(batch));
  }

  BatchPtr batch_of(Record record) {
    const uint64_t sequence = record.sequence;
    const Amount size{record.items, record.bytes.size()};
    auto stored = read(std::move(record));
    base::Lock lock(feeder_.mutex_);
    feeder_.through_ = sequence;
    feeder_.show();
    if (feeder_.passed_.contains(sequence)) {
      feeder_.tell_passed(sequence);
      feeder_.forget_passed();
      return nullptr;
    }
    feeder_.forget_passed();
    if (!stored) {
      if (sequence < feeder_.options_.begin) feeder_.store_earlier(size.entries);
      feeder_.drop_stored(drop_reason::kDiskDamaged, size);
      feeder_.acks_.pass(sequence);
      return nullptr;
    }
    if (feeder_.apart_.empty()) feeder_.metrics_.set_oldest(stored->unix_ms);
    BatchPtr batch = without_apart(std::move(stored->batch), sequence);
    if (!batch) {
      feeder_.acks_.pass(sequence);
      return nullptr;
    }
    feeder_.acks_.issue(sequence, batch->shares);
    LaneAcks::join(*batch);
    feeder_.metrics_.replay(total(batch->shares).entries);
    return batch;
  }

  /// Counts what a run before left, and leaves out what is apart.
  BatchPtr without_apart(BatchPtr batch, uint64_t sequence) REQUIRES_LOCK(feeder_.mutex_) {
    feeder_.apart_.note(*batch);
    const auto lanes = feeder_.apart_.shares_of(*batch);
    uint64_t entries = total(batch->shares).entries;
    for (const Share& share : lanes)  // A part that a run before left may be ahead.
      if (feeder_.apart_.find(share.lane)->cursor->next_sequence() > sequence)
        entries -= share.amount.entries;
    if (sequence < feeder_.options_.begin) feeder_.store_earlier(entries);
    if (lanes.empty()) return batch;
    if (lanes.size() == batch->shares.size()) return nullptr;
    return endpoint_.without(*batch, lanes);
  }

  bool deliver(BatchPtr batch) {
    const auto entries = static_cast<int64_t>(total(batch->shares).entries);
    const auto result = endpoint_.take_stored(batch);
    base::Lock lock(feeder_.mutex_);
    if (result == Queue::Push::taken) {
      feeder_.stored_ -= entries;
      return true;
    }
    const bool is_less = result == Queue::Push::full && set_silent_apart(batch);
    feeder_.head_ = std::move(batch);
    return is_less;
  }

  // For one lane that is apart.

  bool feed(LaneApart& apart) {
    BatchPtr batch;
    {
      base::Lock lock(feeder_.mutex_);
      batch = std::move(apart.head);
      if (!batch && apart.cursor->next_sequence() > feeder_.through_) return false;
      apart.is_reading = batch == nullptr;
    }
    if (!batch) batch = read_next(apart);
    if (!batch) return true;
    const auto entries = static_cast<int64_t>(total(batch->shares).entries);
    const auto result = endpoint_.take_stored(batch);
    base::Lock lock(feeder_.mutex_);
    if (result == Queue::Push::taken) feeder_.stored_ -= entries;
    apart.head = std::move(batch);
    feeder_.show();
    return result == Queue::Push::taken;
  }

  BatchPtr read_next(LaneApart& apart) {
    auto record = next_of(*apart.cursor);
    if (record) return batch_of(apart, std::move(*record));
    base::Lock lock(feeder_.mutex_);
    apart.is_reading = false;
    return nullptr;
  }

  BatchPtr batch_of(LaneApart& apart, Record record) {
    const uint64_t sequence = record.sequence;
    auto stored = read(std::move(record));
    base::Lock lock(feeder_.mutex_);
    apart.is_reading = false;
    if (feeder_.passed_.contains(sequence)) {
      feeder_.tell_passed(apart, sequence);
      feeder_.forget_passed();
      return nullptr;
    }
    feeder_.forget_passed();
    std::vector<Share> own;
    if (stored) own = feeder_.apart_.shares_of(*stored->batch, apart);
    if (own.empty()) {
      feeder_.acks_.pass_apart(apart.lane, sequence);
      return nullptr;
    }
    BatchPtr batch = std::move(stored->batch);
    const auto others = shares_but(*batch, own);
    if (!others.empty()) batch = endpoint_.without(*batch, others);
    const uint64_t entries = total(own).entries;
    if (sequence < feeder_.first_) feeder_.store_earlier(entries);
    feeder_.acks_.issue_apart(apart.lane, sequence, batch->shares);
    LaneAcks::join(*batch);
    feeder_.metrics_.set_oldest(stored->unix_ms);
    feeder_.metrics_.replay(entries);
    return batch;
  }

  // Which lanes are apart.

  bool is_silent(const Queue::Silence& silence) const {
    return silence.since != Clock::time_point::max() &&
           Clock::now() - silence.since >= feeder_.options_.silence_max;
  }

  /// Of a batch that the endpoint has no room for. True: what is left of it has other lanes.
  bool set_silent_apart(BatchPtr& batch) REQUIRES_LOCK(feeder_.mutex_) {
    std::vector<Share> lanes;
    for (const Share& share : endpoint_.without_room(*batch)) {
      if (!may_set_apart(share.lane, endpoint_.silence_of(share.lane))) continue;
      LaneApart& apart = set_apart(share.lane);
      const auto others = shares_but(*batch, {share});
      apart.head = endpoint_.without(*batch, others);
      take_acks(*apart.head, *batch);
      lanes.push_back(share);
    }
    if (lanes.empty()) return false;
    BatchPtr rest;
    if (lanes.size() < batch->shares.size()) {
      rest = endpoint_.without(*batch, lanes);
      take_acks(*rest, *batch);
    }
    batch = std::move(rest);
    return true;
  }

  bool may_set_apart(const std::string& lane, const Queue::Silence& silence)
      REQUIRES_LOCK(feeder_.mutex_) {
    const bool may_be_others = feeder_.cursor_->next_sequence() < feeder_.options_.begin;
    return is_silent(silence) &&
           feeder_.apart_.may_add(lane, silence.have_others_moved, may_be_others);
  }

  LaneApart& set_apart(const std::string& lane) REQUIRES_LOCK(feeder_.mutex_) {
    feeder_.log_.warn("disk queue: {}: nothing is accepted of \"{}\"; others go on without it",
                      feeder_.name_, lane);
    LaneApart& apart =
        feeder_.apart_.all().emplace_back(LaneApart{lane, lane == endpoint_.own_lane(), nullptr});
    apart.cursor = feeder_.acks_.set_apart(lane, apart.part());
    return apart;
  }

  /// True when one was given back, or set apart.
  bool look_at_lanes() {
    base::Lock lock(feeder_.mutex_);
    auto& all = feeder_.apart_.all();
    const size_t before = all.size();
    for (auto apart = all.begin(); apart != all.end();)
      apart = give_back(*apart) ? all.erase(apart) : std::next(apart);
    const bool is_given_back = all.size() < before;
    if (is_given_back) feeder_.changed_.notify_all();
    if (is_given_back && feeder_.is_direct_) feeder_.settle_unread();
    feeder_.show();
    return set_slowest_apart() || is_given_back;
  }

  bool give_back(LaneApart& apart) REQUIRES_LOCK(feeder_.mutex_) {
    const uint64_t next = feeder_.through_ + 1;
    if (apart.head || apart.cursor->next_sequence() != next) return false;
    if (is_silent(endpoint_.silence_of(apart.lane))) return false;
    feeder_.log_.info("disk queue: {}: \"{}\" has caught up", feeder_.name_, apart.lane);
    feeder_.acks_.give_back(apart.lane, next, std::move(apart.cursor));
    return true;
  }

  /// The endpoint's position does not wait for a lane that is silent while others move: what they
  /// get would be repeated after a crash.
  bool set_slowest_apart() REQUIRES_LOCK(feeder_.mutex_) {
    const auto lane = feeder_.acks_.slowest();
    if (!lane || feeder_.head_ || feeder_.apart_.find(*lane)) return false;
    const auto silence = endpoint_.silence_of(*lane);
    if (!silence.have_others_moved || !may_set_apart(*lane, silence)) return false;
    set_apart(*lane);
    return true;
  }

  // Reading.

  std::optional<Record> next_of(Cursor& cursor) {
    auto record = cursor.next();
    if (record) return std::move(*record);
    feeder_.log_.warn("disk queue: {}", record.error().message);
    base::Lock lock(feeder_.mutex_);
    feeder_.changed_.wait_until(feeder_.mutex_, feeder_.stopping_.get_token(),
                                Clock::now() + kReadPause, [] { return false; });
    return std::nullopt;
  }

  std::optional<StoredBatch> read(Record record) {
    const uint64_t sequence = record.sequence;
    auto stored = read_stored(std::move(record), feeder_.options_.decode, endpoint_,
                              feeder_.stopping_.get_token());
    if (stored) return std::move(*stored);
    feeder_.log_.error("disk queue: record {}: {}; dropped", sequence, stored.error().message);
    return std::nullopt;
  }

  Feeder& feeder_;
  Endpoint& endpoint_;
};

base::Result<void> Feeder::start() {
  if (thread_.joinable()) return {};
  auto thread = base::Thread::start("disk feeder", [this] { Reading(*this).run(); });
  if (!thread) return base::in_context("disk queue", thread.error());
  thread_ = std::move(*thread);
  return {};
}

}  // namespace components::sink
