#include "components/loki/process/stages/label_memo.h"

#include <algorithm>
#include <functional>

namespace components::loki::process::stages {

using telemetry::Slice;

void LabelMemo::start_batch(const Frame& frame) {
  if (frame_number_ == frame.number()) return;
  frame_number_ = frame.number();
  std::fill(table_.begin(), table_.end(), Known{});
  used_ = 0;
  values_.clear();
}

bool LabelMemo::same(const Frame& frame, const Known& known, uint32_t labels,
                     std::span<const Slice> values) const {
  if (known.labels != labels) return false;
  for (size_t i = 0; i < values.size(); ++i)
    if (frame.batch.text(values_[known.values + i]) != frame.batch.text(values[i])) return false;
  return true;
}

LabelMemo::Known& LabelMemo::find(Frame& frame, uint32_t labels, std::span<const Slice> values) {
  start_batch(frame);
  if (used_ * 2 > table_.size()) grow();
  uint64_t hash = labels * 0x9e3779b97f4a7c15ULL;
  for (const Slice value : values)
    hash = (hash ^ std::hash<std::string_view>{}(frame.batch.text(value))) * 0x9e3779b97f4a7c15ULL;
  const size_t mask = table_.size() - 1;
  for (size_t i = (hash >> 32) & mask;; i = (i + 1) & mask) {
    Known& known = table_[i];
    if (known.labels == kNone) {
      known = {hash, labels, static_cast<uint32_t>(values_.size()), kNone};
      values_.insert(values_.end(), values.begin(), values.end());
      ++used_;
      return known;
    }
    if (known.hash == hash && same(frame, known, labels, values)) return known;
  }
}

void LabelMemo::grow() {
  std::vector<Known> old(table_.size() * 2);
  old.swap(table_);
  const size_t mask = table_.size() - 1;
  for (const Known& known : old) {
    if (known.labels == kNone) continue;
    size_t i = (known.hash >> 32) & mask;
    while (table_[i].labels != kNone) i = (i + 1) & mask;
    table_[i] = known;
  }
}

std::string LabelMemo::text_of(const Frame& frame, std::span<const Slice> values) {
  std::string text;
  for (const Slice value : values) {
    text += std::to_string(value.size) += ':';  // Lengths, so that no two lists share a text.
    text += frame.batch.text(value);
  }
  return text;
}

}  // namespace components::loki::process::stages
