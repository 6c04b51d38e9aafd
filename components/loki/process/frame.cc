#include "components/loki/process/frame.h"

#include <algorithm>
#include <numeric>

namespace components::loki::process {

using telemetry::Entry;
using telemetry::Metadata;
using telemetry::Slice;

void Frame::load(telemetry::LogBatch loaded, size_t slots) {
  batch = std::move(loaded);
  slots_ = slots;
  ++number_;
  rows.resize(batch.entries.size());
  std::iota(rows.begin(), rows.end(), 0U);
  places_ = rows;
  cells_.assign(rows.size() * slots, Slice{kAbsent, 0});
}

telemetry::LogBatch Frame::unload() {
  const bool unchanged =
      rows.size() == batch.entries.size() && std::is_sorted(rows.begin(), rows.end());
  if (!unchanged) {
    std::vector<Entry> entries;
    entries.reserve(rows.size());
    for (const uint32_t row : rows) entries.push_back(batch.entries[row]);
    batch.entries = std::move(entries);
  }
  return std::move(batch);
}

Slice Frame::put(std::string_view text) {
  // std::string::append copes with a source that is a part of the string itself.
  return batch.append(text);
}

Metadata* Frame::own_metadata(Entry& entry) {
  auto& all = batch.metadata;
  const uint32_t count = entry.metadata_count;
  if (entry.metadata_first + count != all.size()) {
    all.reserve(all.size() + count + 1);
    const uint32_t first = entry.metadata_first;
    entry.metadata_first = static_cast<uint32_t>(all.size());
    for (uint32_t i = 0; i < count; ++i) all.push_back(all[first + i]);
  }
  return all.data() + entry.metadata_first;
}

void Frame::set_metadata(uint32_t row, Slice name, Slice value) {
  Entry& item = entry(row);
  Metadata* pairs = own_metadata(item);
  for (uint32_t i = 0; i < item.metadata_count; ++i)
    if (batch.text(pairs[i].name) == batch.text(name)) {
      pairs[i].value = value;
      return;
    }
  batch.metadata.push_back({name, value});
  ++item.metadata_count;
}

std::optional<Slice> Frame::metadata(uint32_t row, std::string_view name) const {
  for (const Metadata& pair : batch.metadata_of(batch.entries[row]))
    if (batch.text(pair.name) == name) return pair.value;
  return std::nullopt;
}

uint32_t Frame::make_row(const Entry& entry, uint32_t neighbour) {
  const auto row = static_cast<uint32_t>(batch.entries.size());
  batch.entries.push_back(entry);
  places_.push_back(places_[neighbour]);
  cells_.resize(cells_.size() + slots_, Slice{kAbsent, 0});
  return row;
}

}  // namespace components::loki::process
