#include "components/shared/sink/room.h"

#include <algorithm>

#include "base/ensure.h"

namespace components::sink {
namespace {

constexpr size_t kEntryBytes = 40;  // Of an entry besides its text, in a batch or encoded.

}  // namespace

Amount total(const std::vector<Share>& shares) {
  Amount sum;
  for (const Share& share : shares) sum += share.amount;
  return sum;
}

size_t Room::cost(const Amount& amount) {
  return amount.bytes + amount.entries * kEntryBytes;
}

size_t Room::counted(size_t bytes) const {
  return std::min(bytes, capacity_ / 2);
}

bool Room::has_room(const Share& share) const {
  const auto found = lanes_.find(share.lane);
  const size_t own = found == lanes_.end() ? 0 : found->second.held;
  const size_t wanted = own + cost(share.amount);
  if (own == held_) return held_ == 0 || wanted <= capacity_;
  if (own == 0 && lanes_.size() >= kLanesMax) return false;
  if (own == 0 && held_ < 2 * capacity_) return true;
  return wanted <= capacity_ - std::min(capacity_, counted_);
}

void Room::change(Lane& lane, size_t bytes) {
  held_ += bytes - lane.held;
  counted_ += counted(bytes) - counted(lane.held);
  lane.held = bytes;
}

void Room::take(const std::string& name, const Amount& amount) {
  const auto [place, is_new] = lanes_.try_emplace(name);
  Lane& lane = place->second;
  if (is_new) lane.idle_since = Clock::now();
  change(lane, lane.held + cost(amount));
}

void Room::give_back(const std::string& name, const Amount& amount) {
  const auto found = lanes_.find(name);
  const size_t bytes = cost(amount);
  if (bytes == 0) return;
  ENSURE(found != lanes_.end() && found->second.held >= bytes);
  Lane& lane = found->second;
  change(lane, lane.held - bytes);
  lane.idle_since = Clock::now();
  if (lane.held == 0) lanes_.erase(found);
}

Clock::time_point Room::idle_since(const std::string& lane) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? Clock::time_point::max() : found->second.idle_since;
}

void Room::set_capacity(size_t bytes) {
  capacity_ = bytes;
  counted_ = 0;
  for (const auto& [name, lane] : lanes_) counted_ += counted(lane.held);
}

}  // namespace components::sink
