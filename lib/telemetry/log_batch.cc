#include "telemetry/log_batch.h"

namespace telemetry {

namespace {

/// Up to here looking through the sets beats hashing: a batch has few, and lines of one stream come
/// in runs.
constexpr size_t kLinearMax = 16;

/// The place of a set in the table, or the free place where it belongs. The table is never full.
uint32_t& place_of(std::vector<uint32_t>& table, const std::vector<Labels>& sets,
                   const Labels& labels) {
  // The high bits, too: a hash of few labels differs in them only.
  const size_t hash = labels.hash() * 0x9e3779b97f4a7c15ULL >> 20;
  for (size_t at = hash & (table.size() - 1);; at = (at + 1) & (table.size() - 1))
    if (table[at] == 0 || sets[table[at] - 1] == labels) return table[at];
}

/// A table of twice to four times as many places as there are sets.
std::vector<uint32_t> table_of(const std::vector<Labels>& sets) {
  size_t size = 4 * kLinearMax;
  while (size < 2 * (sets.size() + 1)) size *= 2;
  std::vector<uint32_t> table(2 * size);
  for (size_t i = 0; i < sets.size(); ++i)
    if (uint32_t& place = place_of(table, sets, sets[i]); place == 0)
      place = static_cast<uint32_t>(i + 1);
  return table;
}

}  // namespace

uint32_t LogBatch::intern(const Labels& labels) {
  const auto next = static_cast<uint32_t>(label_sets.size());
  if (!label_sets.empty() && label_sets.back() == labels) return next - 1;
  if (label_sets.size() <= kLinearMax) {
    for (size_t i = label_sets.size(); i-- > 0;)
      if (label_sets[i] == labels) return static_cast<uint32_t>(i);
    label_sets.push_back(labels);
    indexed_sets = 0;
    return next;
  }
  // Others may have added sets to the list or taken it away.
  if (indexed_sets != label_sets.size() || index_of_sets.size() < 2 * (label_sets.size() + 1))
    index_of_sets = table_of(label_sets);
  uint32_t& place = place_of(index_of_sets, label_sets, labels);
  if (place == 0) {
    label_sets.push_back(labels);
    place = next + 1;
  }
  indexed_sets = label_sets.size();
  return place - 1;
}

}  // namespace telemetry
