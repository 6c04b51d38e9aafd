#include "components/shared/sink/transit.h"

#include <algorithm>
#include <utility>

#include "components/shared/sink/lane_acks.h"

namespace components::sink {

void Transit::enter(uint64_t feeder, Batch& batch) {
  bool is_awaited = false;
  {
    base::Lock lock(mutex_);
    is_awaited = ack_.is_awaited();
    for (const Share& share : batch.shares) parts_.push_back({feeder, share.lane});
    open_ += batch.shares.size();
  }
  // A client that awaits the batch awaits each share.
  const auto source =
      is_awaited ? telemetry::Ack::Source::client : telemetry::Ack::Source::fleeting;
  for (Share& share : batch.shares)
    share.ack =
        telemetry::Ack([self = shared_from_this(), feeder, lane = share.lane](
                           bool is_delivered) { self->resolve(feeder, lane, is_delivered); },
                       source);
  LaneAcks::join(batch);
}

void Transit::leave(uint64_t feeder, Batch& batch) {
  {
    base::Lock lock(mutex_);
    open_ -= std::erase_if(parts_, [&](const Part& part) { return part.feeder == feeder; });
  }
  batch.ack = {};  // They have no part any more.
  for (Share& share : batch.shares) share.ack = {};
}

Transit::Part* Transit::find(uint64_t feeder, std::string_view lane) {
  const auto part = std::ranges::find_if(
      parts_, [&](const Part& one) { return one.feeder == feeder && one.lane == lane; });
  return part == parts_.end() ? nullptr : &*part;
}

void Transit::resolve(uint64_t feeder, std::string_view lane, bool is_delivered) {
  Unstored gone;  // Both without the lock.
  telemetry::Ack record;
  base::Lock lock(mutex_);
  Part* part = find(feeder, lane);
  if (part == nullptr) return;  // It left.
  part->is_done = true;
  part->is_abandoned = !is_delivered;
  record = std::exchange(part->record_ack, {});
  if (!is_delivered) record.abandon();
  if (!is_delivered) ack_.abandon();
  if (--open_ == 0) gone = let_go();
}

void Transit::seal() {
  Unstored gone;  // Without the lock.
  base::Lock lock(mutex_);
  if (--open_ == 0) gone = let_go();
}

Transit::Unstored Transit::let_go() {
  return {std::exchange(payload_, nullptr), std::exchange(ack_, {})};
}

bool Transit::was_given(uint64_t feeder) const {
  base::Lock lock(mutex_);
  return std::ranges::find(parts_, feeder, &Part::feeder) != parts_.end();
}

bool Transit::is_settled() const {
  base::Lock lock(mutex_);
  return payload_ == nullptr;
}

bool Transit::holds(uint64_t feeder, const std::vector<Share>& lanes) const {
  base::Lock lock(mutex_);
  return std::ranges::any_of(parts_, [&](const Part& part) {
    return part.feeder == feeder && !part.is_done &&
           std::ranges::find(lanes, part.lane, &Share::lane) != lanes.end();
  });
}

Transit::Unstored Transit::unstored() const {
  base::Lock lock(mutex_);
  return {payload_, ack_};
}

void Transit::set_stored() {
  Unstored gone;  // Without the lock.
  base::Lock lock(mutex_);
  gone = let_go();
}

std::vector<Share> Transit::open_shares(uint64_t feeder) const {
  base::Lock lock(mutex_);
  std::vector<Share> shares;
  for (const Part& part : parts_)
    if (part.feeder == feeder && (!part.is_done || part.is_abandoned))
      shares.push_back({part.lane, {}});
  return shares;
}

void Transit::bind(uint64_t feeder, std::vector<Share> shares) {
  base::Lock lock(mutex_);
  for (Share& share : shares) {
    Part* part = find(feeder, share.lane);
    if (part->is_abandoned) share.ack.abandon();
    if (!part->is_done) part->record_ack = std::move(share.ack);
  }
}  // What is done by now lets go of its ack: after the lock, for `shares` outlives it.

void Transits::add(TransitPtr transit) {
  if (all_.size() >= sweep_at_) sweep();
  all_.push_back(std::move(transit));
}

void Transits::sweep() {
  std::erase_if(all_, [](const TransitPtr& transit) { return transit->is_settled(); });
  sweep_at_ = std::max(kSweepLeast, 2 * all_.size());
}

std::vector<TransitPtr> Transits::of(const std::vector<Lanes>& all) const {
  std::vector<TransitPtr> found;
  for (const TransitPtr& transit : all_)
    if (std::ranges::any_of(
            all, [&](const Lanes& lanes) { return transit->holds(lanes.feeder, lanes.shares); }))
      found.push_back(transit);
  return found;
}

}  // namespace components::sink
