#include "components/shared/sink/halving.h"

#include "components/shared/sink/metrics.h"

namespace components::sink {

void HalvingRequest::reset() {
  acks.clear();
  is_own = true;
  total_ = {};
  body_.clear();
  is_split_ = false;
  waiting_.clear();
  halvings_ = 0;
  is_done_ = false;
}

Amount HalvingRequest::rest() const {
  if (is_done_) return {};
  Amount amount = part();
  for (const Part& waiting : waiting_) amount += amount_of(waiting);
  return amount;
}

Amount HalvingRequest::part() const {
  return is_split_ ? amount_of(part_) : total_;
}

std::string_view HalvingRequest::body() {
  if (body_.empty()) body_ = encode(current());
  return body_;
}

void HalvingRequest::part_accepted() {
  on_accepted(current());
  halvings_ = 0;
  next_part();
}

void HalvingRequest::next_part() {
  body_.clear();
  is_done_ = waiting_.empty();
  if (is_done_) return;
  part_ = waiting_.back();
  waiting_.pop_back();
}

std::vector<Lost> HalvingRequest::refuse(std::string_view, bool) {
  const Part refused = current();
  is_split_ = true;
  std::vector<Lost> lost;
  if (refused.size() <= 1 || ++halvings_ > kHalvingsMax) {
    lost.push_back({drop_reason::kIngesterError, amount_of(refused)});
  } else {
    const size_t middle = refused.begin + refused.size() / 2;
    waiting_.push_back({middle, refused.end});
    waiting_.push_back({refused.begin, middle});
  }
  next_part();
  return lost;
}

}  // namespace components::sink
