#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/log_batch.h"

namespace components::loki::process::stages {

/// Number of an extracted value's column; names are resolved to slots when the pipeline is built.
using Slot = uint32_t;

using Clock = std::chrono::steady_clock;

/// Tells when a batch was handed on. A stage that waits for more lines of a source waits from then
/// on: a source that is itself kept waiting cannot send any. Written once, by the thread that hands
/// the batch on; read by any.
class Handover {
 public:
  void done(Clock::time_point now) { at_ = now; }
  /// Clock::time_point::max() while the batch is not yet handed on.
  Clock::time_point at() const { return at_; }

 private:
  std::atomic<Clock::time_point> at_{Clock::time_point::max()};
};

/// An entry without its line, outside of any batch.
struct LooseEntry {
  int64_t timestamp_ns = 0;
  telemetry::Labels labels;
  std::string buffer;  ///< what the slices are parts of
  std::vector<telemetry::Metadata> metadata;
  std::vector<telemetry::Slice> values;  ///< by slot
  std::vector<telemetry::Metadata> named;
};

/// A batch on its way through the stages of a pipeline, with the values extracted so far. A value
/// is a slice of the batch's buffer (most are parts of the line itself), so extracting allocates
/// nothing. A row is an index into batch.entries; `rows` lists, in order, the entries that a stage
/// is to work on. Dropping takes a row out of the list; entries that a stage makes are put at the
/// end of batch.entries and into the list at their place.
class Frame {
 public:
  /// Takes a batch in; rows are all its entries, no value is extracted.
  void load(telemetry::LogBatch loaded, size_t slots,
            std::shared_ptr<const Handover> handover = nullptr);
  /// Gives the batch back with the entries in `rows`, in that order.
  telemetry::LogBatch unload();

  telemetry::LogBatch batch;
  std::vector<uint32_t> rows;

  /// Tells batches apart: what was remembered about another number is out of date.
  uint64_t number() const { return number_; }
  /// Of this batch; nullptr when nobody tells.
  const std::shared_ptr<const Handover>& handover() const { return handover_; }

  telemetry::Entry& entry(uint32_t row) { return batch.entries[row]; }
  std::string_view line(uint32_t row) const { return batch.line(batch.entries[row]); }

  /// An extracted value; nullopt when there is none. The view is valid until the buffer grows.
  std::optional<std::string_view> value(uint32_t row, Slot slot) const {
    const telemetry::Slice slice = cell(row, slot);
    if (slice.offset == kAbsent) return std::nullopt;
    return batch.text(slice);
  }
  bool has(uint32_t row, Slot slot) const { return cell(row, slot).offset != kAbsent; }
  telemetry::Slice cell(uint32_t row, Slot slot) const { return cells_[row * slots_ + slot]; }
  void set(uint32_t row, Slot slot, telemetry::Slice slice) { cells_[row * slots_ + slot] = slice; }
  void set(uint32_t row, Slot slot, std::string_view text) { set(row, slot, put(text)); }
  void erase(uint32_t row, Slot slot) { set(row, slot, telemetry::Slice{kAbsent, 0}); }

  size_t slots() const { return slots_; }

  // Extracted values whose names turn up only in lines, and which stages read by regex.

  /// Sets one in place of one with the same name; nullopt removes it.
  void set_named(uint32_t row, telemetry::Slice name, std::optional<telemetry::Slice> value);
  /// All of a row, in the order in which their names turned up.
  std::span<telemetry::Metadata> named(uint32_t row) {
    return row < named_.size() ? std::span(named_[row]) : std::span<telemetry::Metadata>();
  }

  /// Puts text into the batch's buffer, also text that is a part of it. What does not fit becomes
  /// empty, and is counted.
  telemetry::Slice put(std::string_view text);
  /// The texts that did not fit since the last call.
  uint64_t take_without_room() { return std::exchange(without_room_, 0); }
  /// Where in the buffer a view of it lies. An empty one may lie anywhere, also nowhere.
  telemetry::Slice slice_of(std::string_view view) const {
    if (view.empty()) return {};
    return {static_cast<uint32_t>(view.data() - batch.buffer.data()),
            static_cast<uint32_t>(view.size())};
  }

  /// Sets one pair of an entry's structured metadata, in place of one with the same name.
  void set_metadata(uint32_t row, telemetry::Slice name, telemetry::Slice value);
  /// The value of a pair, or nullopt.
  std::optional<telemetry::Slice> metadata(uint32_t row, std::string_view name) const;
  template <class Predicate>
  void erase_metadata_if(uint32_t row, Predicate matches);

  /// Makes a new entry without extracted values that will stand beside `neighbour` in order; the
  /// caller puts the row that it answers into `rows`.
  uint32_t make_row(const telemetry::Entry& entry, uint32_t neighbour) {
    return append_row(entry, places_[neighbour]);
  }
  /// As make_row, with the labels, timestamp, metadata and extracted values of another row.
  uint32_t copy_row(uint32_t row, uint32_t neighbour);
  /// The row will stand beside `neighbour`.
  void move_row(uint32_t row, uint32_t neighbour) { places_[row] = places_[neighbour]; }
  LooseEntry copy_out(uint32_t row) const;
  /// As make_row, for an entry that is in no batch; without a neighbour it stands behind all.
  uint32_t put_back(const LooseEntry& loose, std::optional<uint32_t> neighbour);
  /// The place of a row among the entries that the batch came with.
  uint32_t place(uint32_t row) const { return places_[row]; }

 private:
  static constexpr uint32_t kAbsent = ~uint32_t{0};
  telemetry::Metadata* own_metadata(telemetry::Entry& entry);
  uint32_t append_row(const telemetry::Entry& entry, uint32_t place);

  size_t slots_ = 0;
  uint64_t number_ = 0;
  uint64_t without_room_ = 0;
  std::shared_ptr<const Handover> handover_;
  std::vector<telemetry::Slice> cells_;
  std::vector<std::vector<telemetry::Metadata>> named_;  // By row; rows beyond have none.
  std::vector<uint32_t> places_;
};

template <class Predicate>
void Frame::erase_metadata_if(uint32_t row, Predicate matches) {
  telemetry::Entry& item = entry(row);
  const auto pairs = batch.metadata_of(item);
  if (std::none_of(pairs.begin(), pairs.end(), matches)) return;
  telemetry::Metadata* first = own_metadata(item);
  telemetry::Metadata* last = first + item.metadata_count;
  item.metadata_count = static_cast<uint32_t>(std::remove_if(first, last, matches) - first);
}

}  // namespace components::loki::process::stages
