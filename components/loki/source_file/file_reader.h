#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"
#include "components/loki/source_file/encoding.h"
#include "components/loki/source_file/nul_bytes.h"
#include "components/loki/source_file/open_files.h"
#include "components/loki/source_file/resume_point.h"
#include "components/shared/batches.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

/// Makes one entry of each line in `batch.buffer` (which ends with a line's end, or with a last
/// line that is to be taken as it is). Line feed and one carriage return before it are left out;
/// empty lines count. Entries get label set 0. Copies nothing.
void add_lines(telemetry::LogBatch& batch, UniqueTimestamps& stamps);

/// A text begins with it; it says the encoding, and is no part of a line.
struct ByteOrderMark {
  std::string_view bytes;
  Encoding encoding;
};
inline constexpr size_t kMarkBytesMax = 3;
/// Of these first bytes of a text; nullptr: it has none.
const ByteOrderMark* byte_order_mark(std::string_view start);

/// Reads whole lines of one open file, straight into a batch's buffer. Keeps no text: a line whose
/// end is not written yet is read again when the file has grown, so the offset is always where a
/// line begins. The open file stays the same one when its path is given to another. One thread.
class FileReader {
 public:
  static constexpr size_t kChunkBytes = 256 << 10;
  /// A longer line is cut into pieces of this size.
  static constexpr size_t kLineBytesMax = 16 << 20;

  /// Fails on what is no regular file, or cannot be read.
  static base::Result<FileReader> open(const std::string& path, const Encoding& configured);

  /// Fills an empty batch with the next lines; at most kChunkBytes, or one longer line. `rest`:
  /// also take a last line that has no end. False: nothing to take now.
  base::Result<bool> read(telemetry::LogBatch& batch, UniqueTimestamps& stamps, bool rest);

  bool is(uint64_t device, uint64_t inode) const {
    return device == point_.device && inode == point_.inode;
  }
  /// Whether what was read up to this point is there, as far as can be told. Its device and inode
  /// may be others.
  bool continues(const ResumePoint& point) const;
  /// The same beyond doubt: so much was read that other files hardly have it, too.
  bool is_copy_of(const ResumePoint& point) const {
    return point.beginning.size >= Fingerprint::kBytesTelling && continues(point);
  }

  /// Whether it is a copy of the beginning of another file, up to where that was read at most: one
  /// that was made, or is being made, while the other was written.
  bool is_beginning_of(const FileReader& other, uint64_t read_to) const;

  const ResumePoint& point() const { return point_; }
  const ReadMarks& marks() const { return marks_; }
  void seek(uint64_t offset);
  /// Goes back to the last line that is as it was read, where only the last bytes that were read
  /// have been written over or cut off: writers keep a document well formed, or a status line.
  /// False: more than those is another now, as far as can be told.
  bool seek_before_change();
  void seek_after_last_line();

  int fd() const { return fd_.get(); }
  uint64_t size() const;
  /// Nothing was written to it for so long.
  bool is_quiet_for(std::chrono::nanoseconds time) const;
  /// Of the first bytes that are written, read or not.
  Fingerprint written_beginning();
  /// When it was created, in ns since the Unix epoch; nothing where the file system does not say.
  std::optional<int64_t> born_ns() const;
  /// It was created after this moment (ns since the Unix epoch, 0: unknown), so an equal inode is
  /// no sign that it is the file of then. False when it was created in the future: the clock was
  /// set back, or is not that of the file system, and says nothing.
  bool is_younger_than(int64_t ns) const;
  /// No name leads to this file any more.
  bool is_unlinked() const;
  /// What was done to the text since it was asked last.
  struct Changes {
    uint64_t split_lines = 0;
    uint64_t nul_bytes = 0;  ///< left out
  };
  Changes take_changes() { return std::exchange(changes_, {}); }

 private:
  struct Piece {
    size_t size = 0;      ///< bytes of the file to take
    bool is_line = true;  ///< they end with a line's end
  };
  /// What is kept of what was read last.
  static constexpr size_t kTailBytes = 2 * Fingerprint::kEndBytesMax;

  bool find_mark();
  uint64_t data_end();
  bool skip_nul(uint64_t end);
  void note_read();
  bool may_have_line(uint64_t end);
  base::Result<Piece> fill(std::string& buffer, uint64_t size, bool rest);

  OpenFiles::Token counted_;
  base::Descriptor fd_;
  Encoding configured_;
  Encoding encoding_;
  uint32_t mark_bytes_ = 0;  // Byte order mark at the start, not part of any line.
  ResumePoint point_;
  ReadMarks marks_;
  std::string tail_;  // The last bytes before the offset.
  DataEnd data_end_;
  uint64_t no_line_until_ = 0;  // Size at which the bytes from the offset held no whole line.
  Changes changes_;
};

}  // namespace components::loki::source_file
