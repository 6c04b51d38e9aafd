#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "components/loki/source_file/resume_point.h"
#include "components/loki/source_file/signature.h"
#include "components/shared/stamps.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

/// Reads whole lines of one open file, straight into a batch's buffer. Keeps no text: a line whose
/// end is not written yet is read again when the file has grown, so the offset is always where a
/// line begins. The open file stays the same one when its path is given to another. One thread.
class FileReader {
 public:
  static constexpr size_t kChunkBytes = 256 << 10;
  /// A longer line is cut into pieces of this size, counted in split_lines().
  static constexpr size_t kLineBytesMax = 16 << 20;

  /// Fails on what is no regular file, or cannot be read.
  static base::Result<FileReader> open(const std::string& path, Encoding configured);

  /// Fills an empty batch with the next lines; at most kChunkBytes, or one longer line. `rest`:
  /// also take a last line that has no end. False: nothing to take now.
  base::Result<bool> read(telemetry::LogBatch& batch, Stamps& stamps, bool rest);

  /// The content that was read is not there any more: shorter, or another beginning.
  bool was_truncated() const;
  bool is(uint64_t device, uint64_t inode) const {
    return device == point_.device && inode == point_.inode;
  }
  /// Whether the file begins like this, and has at least `offset` bytes.
  bool continues(const Fingerprint& beginning, uint64_t offset) const;

  const ResumePoint& point() const { return point_; }
  void seek(uint64_t offset);
  void seek_after_last_line();

  int fd() const { return fd_.get(); }
  uint64_t size() const;
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
  size_t lines_size(std::string_view bytes) const;

  base::Descriptor fd_;
  Encoding configured_ = Encoding::utf8;
  Encoding encoding_ = Encoding::utf8;
  uint32_t mark_bytes_ = 0;  // Byte order mark at the start, not part of any line.
  ResumePoint point_;
  uint64_t no_line_until_ = 0;  // Size at which the bytes from the offset held no whole line.
  uint64_t split_lines_ = 0;
};

}  // namespace components::loki::source_file
