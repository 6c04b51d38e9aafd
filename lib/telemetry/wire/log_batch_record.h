#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "telemetry/log_batch.h"

/// A LogBatch as bytes, for a queue on disk:
///
///     text | tables | u32 size of text | u32 version, 1
///
/// `text` is the batch's buffer as it is, in front, so that neither direction copies it: the writer
/// hands it over as a piece of its own, the reader cuts the record off after it. The tables are
/// varints (base 128, as in protocol buffers; "signed" ones zigzag):
///
///     sets: count, of each: pairs, of each pair: size and bytes of the name, of the value
///     entries: count, of each: signed timestamp less that of the entry before,
///              slice of the line, index of the label set, pairs of metadata,
///              of each pair: slice of the name, of the value
///     slice: signed offset in the text less the end of the slice before, size
///
/// Lines follow one another in a buffer, so an entry takes some eight bytes; as C++ lays it out it
/// would take 32. Acks and stop tokens are not part of a batch's bytes. Rejected: Loki's push
/// message, which groups lines by stream and copies each line twice.
namespace telemetry::wire {

/// What a log on disk that holds such records calls them: "LOGB".
inline constexpr uint32_t kLogBatchRecordKind = 0x42474f4c;

/// The bytes of a batch. Refers to the batch, which must stay as it is.
class LogBatchRecord {
 public:
  /// Label sets that no entry has are left out. Where less than half of the buffer is used, as
  /// after a stage that drops lines, what is used is copied.
  explicit LogBatchRecord(const LogBatch& batch);

  /// The record is these one after another.
  std::array<std::string_view, 2> pieces() const {
    return {is_compact_ ? std::string_view(compact_) : std::string_view(batch_.buffer), tables_};
  }

 private:
  void add_sets();
  void add_entry(const Entry& entry, int64_t& timestamp_ns);
  /// Writes at `to`, which has room, and returns the place after it.
  char* put_slice(char* to, Slice slice);

  const LogBatch& batch_;
  bool is_compact_ = false;
  std::string compact_;  ///< the text when it is not the batch's buffer
  std::string tables_;
  std::vector<uint32_t> new_index_;  ///< by label set of the batch
  uint64_t slice_end_ = 0;           ///< of the slice before
};

/// The batch of such bytes; its buffer is that of the record. Fails, with what is wrong, for other
/// bytes: all indexes and slices of a batch that it returns are good.
base::Result<LogBatch> decode_log_batch_record(std::string record);

}  // namespace telemetry::wire
