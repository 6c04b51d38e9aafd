#pragma once
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"
#include "io/segment_log/format.h"

namespace io::segment_log {

/// open(2) of a regular file; EINVAL for all else. A FIFO under a name of ours does not block.
int open_regular(const char* path, int flags, mode_t mode);

/// The system calls that fail when a disk is full or broken. Tests put others in their place.
struct Disk {
  std::function<int(const char*, int, mode_t)> open = open_regular;
  std::function<ssize_t(int, const iovec*, int)> writev = ::writev;
  std::function<int(int)> fdatasync = ::fdatasync;
  std::function<ssize_t(int, void*, size_t, off_t)> pread = ::pread;
};

/// A segment that is being written. One thread appends; any may sync meanwhile.
class SegmentFile {
 public:
  /// Makes the file, with its header. Nothing is left of one that could not be made.
  static base::Result<std::shared_ptr<SegmentFile>> create(const Disk& disk,
                                                           const std::filesystem::path& folder,
                                                           SegmentHeader header);
  SegmentFile(const Disk& disk, base::Descriptor fd, std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  /// Whole records and the header.
  uint64_t bytes() const { return bytes_; }
  bool has_records() const { return bytes_ > kSegmentHeaderBytes; }

  /// Writes one record, whose bytes are the pieces. When that fails what was written of it is taken
  /// off again as far as the disk allows, and nothing more may be appended to this file.
  base::Result<void> append(uint64_t sequence, uint32_t items,
                            std::span<const std::string_view> pieces);

  /// Waits until all that is appended, and the file's name, are on the disk. One at a time. After a
  /// failure the kernel may have thrown the pages away and would answer well the next time: so
  /// sync() fails from then on, and nothing more may be appended.
  base::Result<void> sync();
  /// Whether append() or sync() has failed.
  bool is_broken() const { return is_broken_; }

 private:
  base::Result<void> write(std::span<iovec> pieces);

  const Disk& disk_;
  const base::Descriptor fd_;
  const std::filesystem::path path_;
  uint64_t bytes_ = 0;
  std::atomic<bool> is_broken_{false};
  // Of the one who syncs.
  bool sync_failed_ = false;
  bool is_name_synced_ = false;
};

}  // namespace io::segment_log
