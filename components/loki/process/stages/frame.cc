#include "components/loki/process/stages/frame.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace components::loki::process::stages {

using telemetry::Entry;
using telemetry::Metadata;
using telemetry::Slice;

void Frame::load(telemetry::LogBatch loaded, size_t slots,
                 std::shared_ptr<const Handover> handover) {
  batch = std::move(loaded);
  slots_ = slots;
  handover_ = std::move(handover);
  ++number_;
  rows.resize(batch.entries.size());
  std::iota(rows.begin(), rows.end(), 0U);
  places_ = rows;
  cells_.assign(rows.size() * slots, Slice{kAbsent, 0});
  named_.clear();
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
  if (!batch.has_room(text.size())) {
    ++without_room_;
    return {};
  }
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

void Frame::set_named(uint32_t row, Slice name, std::optional<Slice> value) {
  if (named_.size() <= row) named_.resize(row + size_t{1});
  auto& all = named_[row];
  const auto known = std::find_if(all.begin(), all.end(), [&](const Metadata& pair) {
    return batch.text(pair.name) == batch.text(name);
  });
  if (known == all.end()) {
    if (value) all.push_back({name, *value});
  } else if (value) {
    known->value = *value;
  } else {
    all.erase(known);
  }
}

uint32_t Frame::append_row(const Entry& entry, uint32_t place) {
  const auto row = static_cast<uint32_t>(batch.entries.size());
  batch.entries.push_back(entry);
  places_.push_back(place);
  cells_.resize(cells_.size() + slots_, Slice{kAbsent, 0});
  return row;
}

uint32_t Frame::copy_row(uint32_t row, uint32_t neighbour) {
  Entry copy = entry(row);
  // Two entries never share pairs: each may change its own in place.
  auto& all = batch.metadata;
  const uint32_t first = std::exchange(copy.metadata_first, static_cast<uint32_t>(all.size()));
  for (uint32_t i = 0; i < copy.metadata_count; ++i) all.push_back(Metadata(all[first + i]));
  const uint32_t made = make_row(copy, neighbour);
  for (Slot slot = 0; slot < slots_; ++slot) set(made, slot, cell(row, slot));
  const auto values = named(row);
  if (values.empty()) return made;
  std::vector<Metadata> own(values.begin(), values.end());
  named_.resize(made + size_t{1});
  named_[made] = std::move(own);
  return made;
}

LooseEntry Frame::copy_out(uint32_t row) const {
  const Entry& from = batch.entries[row];
  LooseEntry out{from.timestamp_ns, batch.labels(from), {}, {}, {}, {}};
  const auto keep = [&](Slice slice) {
    const auto offset = static_cast<uint32_t>(out.buffer.size());
    out.buffer += batch.text(slice);
    return Slice{offset, slice.size};
  };
  for (const Metadata& pair : batch.metadata_of(from))
    out.metadata.push_back({keep(pair.name), keep(pair.value)});
  out.values.assign(slots_, Slice{kAbsent, 0});
  for (Slot slot = 0; slot < slots_; ++slot)
    if (has(row, slot)) out.values[slot] = keep(cell(row, slot));
  if (row < named_.size())
    for (const Metadata& pair : named_[row])
      out.named.push_back({keep(pair.name), keep(pair.value)});
  return out;
}

uint32_t Frame::put_back(const LooseEntry& loose, std::optional<uint32_t> neighbour) {
  const Slice all = put(loose.buffer);
  const bool fits = all.size == loose.buffer.size();
  const auto moved = [&](Slice slice) {
    return fits ? Slice{all.offset + slice.offset, slice.size} : Slice{};
  };
  Entry entry;
  entry.timestamp_ns = loose.timestamp_ns;
  entry.labels = batch.intern(loose.labels);
  entry.metadata_first = static_cast<uint32_t>(batch.metadata.size());
  entry.metadata_count = static_cast<uint32_t>(loose.metadata.size());
  for (const Metadata& pair : loose.metadata)
    batch.metadata.push_back({moved(pair.name), moved(pair.value)});
  const auto end = static_cast<uint32_t>(places_.size());
  const uint32_t row = append_row(entry, neighbour ? places_[*neighbour] : end);
  for (Slot slot = 0; slot < loose.values.size(); ++slot)
    if (loose.values[slot].offset != kAbsent) set(row, slot, moved(loose.values[slot]));
  for (const Metadata& pair : loose.named) set_named(row, moved(pair.name), moved(pair.value));
  return row;
}

}  // namespace components::loki::process::stages
