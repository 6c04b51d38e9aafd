#include "components/loki/write/push_request.h"

#include <algorithm>
#include <utility>

namespace components::loki::write {
namespace {

sink::Amount amount_of(const Parts::Entries& entries) {
  return {entries.size(), bytes_of(entries)};
}

}  // namespace

void PushLimits::forget() {
  request_bytes = std::numeric_limits<size_t>::max();
  splits = kSplitsMax;
}

void PushRequest::reset() {
  encoder.reset();
  acks.clear();
  is_own = true;
  body_.clear();
  parts_.reset();
  part_.clear();
  any_accepted_ = false;
  is_done_ = false;
}

sink::Amount PushRequest::total() const {
  return {encoder.entries(), encoder.bytes()};
}

sink::Amount PushRequest::rest() const {
  if (is_done_) return {};
  sink::Amount amount = part();
  if (parts_)
    for (const Parts::Entries& waiting : parts_->rest()) amount += amount_of(waiting);
  return amount;
}

sink::Amount PushRequest::part() const {
  return parts_ ? amount_of(part_) : total();
}

std::string_view PushRequest::body() {
  if (body_.empty()) body_ = parts_ ? encoder.finish(part_) : encoder.finish();
  return body_;
}

void PushRequest::part_accepted() {
  any_accepted_ = true;
  next_part();
}

void PushRequest::next_part() {
  body_.clear();
  auto next = parts_ ? parts_->next() : std::nullopt;
  is_done_ = !next;
  if (next) part_ = std::move(*next);
  if (is_done_ && parts_)
    limits_.splits = any_accepted_ ? PushLimits::kSplitsMax : limits_.splits / 2;
}

std::vector<sink::Lost> PushRequest::refuse(std::string_view answer, bool too_large) {
  const bool is_first = !parts_;
  if (is_first) parts_.emplace(encoder, limits_.splits);
  Parts::Entries refused = is_first ? encoder.encoded() : std::move(part_);
  // The size that fits is learnt, so that not every request from now on has to be sent twice.
  if (too_large && refused.size() > 1)
    limits_.request_bytes =
        std::min(limits_.request_bytes.load(), std::max<size_t>(bytes_of(refused) / 2, 1));
  std::vector<sink::Lost> lost;
  for (const Parts::Dropped& dropped : parts_->refuse(std::move(refused), answer, too_large))
    lost.push_back({dropped.reason, amount_of(dropped.entries)});
  next_part();
  return lost;
}

}  // namespace components::loki::write
