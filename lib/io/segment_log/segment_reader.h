#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "io/segment_log/format.h"
#include "io/segment_log/segment_file.h"

namespace io::segment_log {

/// How far a segment can be read.
struct Extent {
  uint64_t bytes = 0;  ///< of the file, from its beginning
  uint64_t end = 0;    ///< sequence after its last record
};

/// Reads the records of one segment in order. Whatever the bytes, it ends in records or damage,
/// and takes no more memory than the file is long. One thread.
class SegmentReader {
 public:
  enum class Status { record, end, failed };
  struct Step {
    Status status = Status::end;
    /// Records that should stand before this place and cannot be read.
    uint64_t damaged = 0;
    /// Bytes at the end of the extent that are no record. Then the status is `end`.
    uint64_t bad_tail = 0;
    int error = 0;  ///< errno when failed; the next call tries the same place again
  };

  /// The file has a good header, and `first` is its first sequence.
  SegmentReader(const Disk& disk, base::Descriptor fd, uint64_t first)
      : disk_(disk), fd_(std::move(fd)), expected_(first) {}

  /// The record `sequence` stands at this place: what is before it is not read.
  void go_on_at(uint64_t at, uint64_t sequence);
  /// The next whole record within the extent, which may grow from call to call.
  Step next(Extent extent, Record& record);
  /// Sequence of the record that should come next.
  uint64_t expected() const { return expected_; }

 private:
  enum class Try { whole, bad, failed };
  Try try_record(uint64_t at, uint64_t end, uint64_t sequence_end, Record& record);
  /// Looks for the first whole record after `at_`.
  Try find_record(uint64_t end, uint64_t sequence_end, Record& record);
  /// Bytes at `at`, from the window; fewer than asked for when reading fails (error_).
  std::string_view fetch(uint64_t at, size_t size);
  bool read(uint64_t at, char* to, size_t size);

  static constexpr size_t kWindowBytes = size_t{256} << 10;
  /// Places in damaged bytes that look like a record of which a checksum is computed.
  static constexpr int kCandidatesMax = 1000;

  const Disk& disk_;
  const base::Descriptor fd_;
  uint64_t at_ = kSegmentHeaderBytes;
  uint64_t expected_;
  std::string window_;
  uint64_t window_at_ = 0;
  uint64_t readable_ = 0;  ///< end of the extent of the call
  int candidates_ = 0;
  int error_ = 0;
};

}  // namespace io::segment_log
