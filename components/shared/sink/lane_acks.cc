#include "components/shared/sink/lane_acks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ensure.h"

namespace components::sink {

LaneAcks::LaneAcks(Cursor& cursor) {
  base::Lock lock(state_->mutex);
  state_->cursor = &cursor;
  state_->through = cursor.acknowledged();
}

void LaneAcks::join(Batch& batch) {
  if (batch.shares.size() == 1) {
    batch.ack = batch.shares.front().ack;
    return;
  }
  std::vector<telemetry::Ack> acks;
  for (const Share& share : batch.shares) acks.push_back(share.ack);
  batch.ack = telemetry::Ack::all(std::move(acks));
}

// Issuing.

telemetry::Ack LaneAcks::State::issue(const std::shared_ptr<State>& self, const std::string& name,
                                      uint64_t sequence) {
  const auto place = lanes.try_emplace(name).first;
  place->second.slots.push_back({sequence, false});
  hold(place);
  return telemetry::Ack(
      [self, name, sequence](bool is_delivered) { self->resolve(name, sequence, is_delivered); });
}

void LaneAcks::issue(uint64_t sequence, std::span<Share> shares) {
  base::Lock lock(state_->mutex);
  state_->through = sequence;
  for (Share& share : shares) share.ack = state_->issue(state_, share.lane, sequence);
  if (shares.empty()) state_->move_cursor();
}

void LaneAcks::issue_apart(const std::string& name, uint64_t sequence, std::span<Share> shares) {
  base::Lock lock(state_->mutex);
  const auto ack = state_->issue(state_, name, sequence);
  for (Share& share : shares) share.ack = ack;
  state_->lanes.find(name)->second.through = sequence;
}

void LaneAcks::pass_apart(const std::string& name, uint64_t sequence) {
  base::Lock lock(state_->mutex);
  Lane& lane = state_->lanes.find(name)->second;
  lane.through = std::max(lane.through, sequence);
  state_->move_part(lane);
}

// What is done.

void LaneAcks::State::resolve(const std::string& name, uint64_t sequence, bool is_delivered) {
  base::Lock lock(mutex);
  const auto place = lanes.find(name);
  if (cursor == nullptr || !is_delivered || place == lanes.end()) return;
  auto& slots = place->second.slots;
  const auto slot = std::ranges::lower_bound(slots, sequence, {}, &Slot::sequence);
  ENSURE(slot != slots.end() && slot->sequence == sequence);
  slot->is_done = true;
  move(place);
}

/// Its first records may be done, or its part is another one.
void LaneAcks::State::move(Lanes::iterator place) {
  Lane& lane = place->second;
  while (!lane.slots.empty() && lane.slots.front().is_done) lane.slots.pop_front();
  hold(place);
  if (lane.part) move_part(lane);
  if (lane.kept && (lane.slots.empty() || lane.slots.front().sequence >= lane.given_back)) {
    lane.part = nullptr;
    lane.given_back = UINT64_MAX;
    Cursor::forget(std::move(lane.kept));
  }
  if (lane.slots.empty() && lane.part == nullptr) lanes.erase(place);
  move_cursor();
}

/// Notes the lane's first record that the endpoint's cursor must not pass.
void LaneAcks::State::hold(Lanes::iterator place) {
  Lane& lane = place->second;
  const uint64_t from = lane.part ? lane.given_back : 0;
  auto first = std::ranges::lower_bound(lane.slots, from, {}, &Slot::sequence);
  while (first != lane.slots.end() && first->is_done) ++first;
  const auto holds = first == lane.slots.end() ? std::nullopt : std::optional(first->sequence);
  if (holds == lane.holds) return;
  if (lane.holds) held.erase({*lane.holds, place->first});
  if (holds) held.emplace(*holds, place->first);
  lane.holds = holds;
}

void LaneAcks::State::move_part(Lane& lane) {
  if (cursor == nullptr) return;
  const bool is_open = !lane.slots.empty() && lane.slots.front().sequence < lane.given_back;
  lane.part->acknowledge(is_open ? lane.slots.front().sequence - 1 : lane.through);
}

void LaneAcks::State::move_cursor() {
  if (cursor == nullptr) return;
  cursor->acknowledge(held.empty() ? through : held.begin()->first - 1);
}

// Apart.

std::optional<std::string> LaneAcks::slowest() const {
  base::Lock lock(state_->mutex);
  if (state_->held.empty()) return std::nullopt;
  return state_->held.begin()->second;
}

std::unique_ptr<LaneAcks::Cursor> LaneAcks::State::begin_part(const std::string& name,
                                                              std::unique_ptr<Cursor> part,
                                                              uint64_t lane_through) {
  const auto place = lanes.try_emplace(name).first;
  place->second.part = part.get();
  place->second.through = lane_through;
  move(place);
  return part;
}

std::unique_ptr<LaneAcks::Cursor> LaneAcks::set_apart(const std::string& name,
                                                      const std::string& part) {
  base::Lock lock(state_->mutex);
  return state_->set_apart(name, part);
}

std::unique_ptr<LaneAcks::Cursor> LaneAcks::State::set_apart(const std::string& name,
                                                             const std::string& part) {
  ENSURE(cursor != nullptr);
  Lane& lane = lanes.try_emplace(name).first->second;
  if (lane.kept) {  // It is still apart for what was before.
    lane.given_back = UINT64_MAX;
    lane.kept->skip(through);
    return begin_part(name, std::move(lane.kept), through);
  }
  const uint64_t done = lane.slots.empty() ? through : lane.slots.front().sequence - 1;
  return begin_part(name, cursor->part(part, done, through + 1), through);
}

std::unique_ptr<LaneAcks::Cursor> LaneAcks::go_on_apart(const std::string& name,
                                                        const std::string& part) {
  base::Lock lock(state_->mutex);
  auto left = state_->cursor->part(part, 0, 1);
  const uint64_t done = left->acknowledged();
  return state_->begin_part(name, std::move(left), done);
}

void LaneAcks::give_back(const std::string& name, uint64_t sequence, std::unique_ptr<Cursor> part) {
  base::Lock lock(state_->mutex);
  const auto place = state_->lanes.find(name);
  place->second.given_back = sequence;
  place->second.kept = std::move(part);
  state_->move(place);
}

void LaneAcks::detach() {
  Lanes lanes;  // Closed without the lock.
  base::Lock lock(state_->mutex);
  state_->cursor = nullptr;
  state_->held.clear();
  lanes.swap(state_->lanes);
}

}  // namespace components::sink
