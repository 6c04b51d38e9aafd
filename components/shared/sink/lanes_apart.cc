#include "components/shared/sink/lanes_apart.h"

#include <algorithm>

namespace components::sink {

bool LanesApart::is_for(const LaneApart& apart, std::string_view lane) const {
  return lane == apart.lane || (apart.is_own && lane == endpoint_.own_lane());
}

const LaneApart* LanesApart::find(std::string_view lane) const {
  for (const LaneApart& apart : all_)
    if (is_for(apart, lane)) return &apart;
  return nullptr;
}

std::vector<Share> LanesApart::shares_of(const Batch& batch) const {
  std::vector<Share> shares;
  if (all_.empty()) return shares;
  for (const Share& share : batch.shares)
    if (find(share.lane) != nullptr) shares.push_back(share);
  return shares;
}

std::vector<Share> LanesApart::shares_of(const Batch& batch, const LaneApart& apart) const {
  std::vector<Share> shares;
  for (const Share& share : batch.shares)
    if (is_for(apart, share.lane)) shares.push_back(share);
  return shares;
}

void LanesApart::note(const Batch& batch) {
  for (const Share& share : batch.shares)
    if (!knows_enough()) seen_.insert(share.lane);
}

bool LanesApart::may_add(const std::string& lane, bool have_others_moved,
                         bool may_be_others) const {
  if (all_.size() >= (have_others_moved ? kMax : kBlindlyMax)) return false;
  return may_be_others || std::ranges::any_of(seen_, [&](const std::string& seen) {
           return seen != lane && find(seen) == nullptr;
         });
}

uint64_t LanesApart::unread() const {
  uint64_t most = 0;
  for (const LaneApart& apart : all_)
    most = std::max(most, apart.cursor->unread() + (apart.head ? 1 : 0));
  return most;
}

std::vector<Share> shares_but(const Batch& batch, const std::vector<Share>& lanes) {
  std::vector<Share> rest;
  for (const Share& share : batch.shares)
    if (std::ranges::find(lanes, share.lane, &Share::lane) == lanes.end()) rest.push_back(share);
  return rest;
}

}  // namespace components::sink
