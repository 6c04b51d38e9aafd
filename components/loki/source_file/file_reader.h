#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "components/loki/source_file/encoding.h"
#include "components/shared/batches.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

/// Makes one entry of each line in `batch.buffer` (which ends with a line's end, or with a last
/// line that is to be taken as it is). Line feed and one carriage return before it are left out;
/// empty lines count. Entries get label set 0. Copies nothing.
void add_lines(telemetry::LogBatch& batch, UniqueTimestamps& stamps);

/// The beginning of a file's content, to tell whether it is still the file that was read: size and
/// CRC-32 of at most its first kBytesMax bytes, never of bytes that were not read yet.
struct Fingerprint {
  static constexpr size_t kBytesMax = 1024;
  /// With fewer bytes, two files that begin alike are common.
  static constexpr size_t kBytesTelling = 256;

  uint32_t size = 0;
  uint32_t crc = 0;
  bool operator==(const Fingerprint&) const = default;
};

/// Of the first min(size, kBytesMax) bytes of an open file; shorter when it has fewer.
Fingerprint fingerprint_of(int fd, uint64_t size);

/// Where reading goes on: the value that is stored for a file. As text:
/// "OFFSET DEVICE:INODE SIZE:CRC TIME", numbers in decimal, the CRC in hex. TIME is missing in what
/// earlier versions stored.
struct ResumePoint {
  uint64_t offset = 0;  ///< after the last delivered line, in bytes (decompressed ones)
  uint64_t device = 0;
  uint64_t inode = 0;
  Fingerprint beginning;
  /// When this was the file under the path, in ns since the Unix epoch; 0: not known. Files that
  /// were put there afterwards have not been read.
  int64_t seen_ns = 0;

  std::string text() const;
  static std::optional<ResumePoint> parse(std::string_view text);
  bool operator==(const ResumePoint&) const = default;
};

/// Reads whole lines of one open file, straight into a batch's buffer. Keeps no text: a line whose
/// end is not written yet is read again when the file has grown, so the offset is always where a
/// line begins. The open file stays the same one when its path is given to another. One thread.
class FileReader {
 public:
  static constexpr size_t kChunkBytes = 256 << 10;
  /// A longer line is cut into pieces of this size, counted in split_lines().
  static constexpr size_t kLineBytesMax = 16 << 20;

  /// Fails on what is no regular file, or cannot be read.
  static base::Result<FileReader> open(const std::string& path, const Encoding& configured);

  /// Fills an empty batch with the next lines; at most kChunkBytes, or one longer line. `rest`:
  /// also take a last line that has no end. False: nothing to take now.
  base::Result<bool> read(telemetry::LogBatch& batch, UniqueTimestamps& stamps, bool rest);

  bool is(uint64_t device, uint64_t inode) const {
    return device == point_.device && inode == point_.inode;
  }
  /// Whether the file begins like this, and has at least `offset` bytes. When not, the content that
  /// was read is not there any more.
  bool continues(const Fingerprint& beginning, uint64_t offset) const;

  const ResumePoint& point() const { return point_; }
  void seek(uint64_t offset);
  void seek_after_last_line();

  int fd() const { return fd_.get(); }
  uint64_t size() const;
  /// Nothing was written to it for so long.
  bool is_quiet_for(std::chrono::nanoseconds time) const;
  /// It was created after this moment (ns since the Unix epoch, 0: unknown), so an equal inode is
  /// no sign that it is the file of then.
  bool is_younger_than(int64_t ns) const;
  /// No name leads to this file any more.
  bool is_unlinked() const;
  uint64_t split_lines() const { return split_lines_; }

 private:
  struct Piece {
    size_t size = 0;      ///< bytes of the file to take
    bool is_line = true;  ///< they end with a line's end
  };
  bool find_mark();
  bool may_have_line(uint64_t end);
  base::Result<Piece> fill(std::string& buffer, uint64_t size, bool rest);

  base::Descriptor fd_;
  Encoding configured_;
  Encoding encoding_;
  uint32_t mark_bytes_ = 0;  // Byte order mark at the start, not part of any line.
  ResumePoint point_;
  uint64_t no_line_until_ = 0;  // Size at which the bytes from the offset held no whole line.
  uint64_t split_lines_ = 0;
};

}  // namespace components::loki::source_file
