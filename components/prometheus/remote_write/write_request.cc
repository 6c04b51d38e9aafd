#include "components/prometheus/remote_write/write_request.h"

#include <algorithm>

namespace components::prometheus::remote_write {

void WriteRequest::reset() {
  encoder.reset();
  acks.clear();
  is_own = true;
  total_ = {};
  entries_.clear();
  body_.clear();
  is_split_ = false;
  waiting_.clear();
  halvings_ = 0;
  is_done_ = false;
}

sink::Amount WriteRequest::amount_of(const Part& part) const {
  sink::Amount amount;
  for (size_t i = part.begin; i < part.end; ++i) amount += entries_[i].amount;
  return amount;
}

sink::Amount WriteRequest::rest() const {
  if (is_done_) return {};
  sink::Amount amount = part();
  for (const Part& waiting : waiting_) amount += amount_of(waiting);
  return amount;
}

sink::Amount WriteRequest::part() const {
  return is_split_ ? amount_of(part_) : total_;
}

std::string_view WriteRequest::body() {
  if (body_.empty()) {
    const Part part = current();
    body_ = encoder.finish(std::span(encoder.encoded()).subspan(part.begin, part.size()));
  }
  return body_;
}

void WriteRequest::part_accepted() {
  const Part part = current();
  int64_t newest_ms = 0;
  for (size_t i = part.begin; i < part.end; ++i)
    newest_ms = std::max(newest_ms, entries_[i].time_ms);
  metrics_.note_sent_time(newest_ms);
  halvings_ = 0;
  next_part();
}

void WriteRequest::next_part() {
  body_.clear();
  is_done_ = waiting_.empty();
  if (is_done_) return;
  part_ = waiting_.back();
  waiting_.pop_back();
}

std::vector<sink::Lost> WriteRequest::refuse(std::string_view, bool) {
  const Part refused = current();
  is_split_ = true;
  std::vector<sink::Lost> lost;
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

}  // namespace components::prometheus::remote_write
