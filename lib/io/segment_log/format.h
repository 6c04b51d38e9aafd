#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

/// Records in order on disk until every reader has acknowledged them. docs/formats/segment-log.md
/// is the essay: files, faults, what can be lost.
namespace io::segment_log {

inline constexpr size_t kSegmentHeaderBytes = 32;
inline constexpr size_t kRecordHeaderBytes = 20;
inline constexpr uint32_t kRecordBytesMax = uint32_t{1} << 30;

/// What is at the beginning of a segment file.
struct SegmentHeader {
  uint32_t kind = 0;   ///< what the records hold; the owner's number
  uint64_t first = 0;  ///< sequence of the first record

  std::string format() const;
  /// Fails, with what is wrong, for other bytes than a whole header of a version that is known.
  static base::Result<SegmentHeader> parse(std::string_view bytes);
};

/// A record as its owner sees it.
struct Record {
  uint64_t sequence = 0;  ///< number in the log, from 1, never reused
  uint32_t items = 0;     ///< lines or samples in it; what drops are counted in
  std::string bytes;
};

/// What precedes a record's bytes.
struct RecordHeader {
  uint32_t crc = 0;
  uint32_t length = 0;
  uint64_t sequence = 0;
  uint32_t items = 0;

  using Bytes = std::array<char, kRecordHeaderBytes>;
  /// The header of a record with these bytes, given in pieces.
  static Bytes format(uint64_t sequence, uint32_t items, std::span<const std::string_view> pieces);
  /// From at least kRecordHeaderBytes bytes, which need not be a record.
  static RecordHeader parse(std::string_view bytes);
  /// Whether the checksum is that of this header and `bytes`.
  bool fits(std::string_view bytes) const;
};

/// "00000000000003f3.seg".
std::string segment_name(uint64_t first);
/// The sequence in a segment's file name; nothing for other names.
std::optional<uint64_t> parse_segment_name(std::string_view name);

}  // namespace io::segment_log
