#include "io/segment_log/segment_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/files.h"

namespace io::segment_log {
namespace {

iovec piece_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

int open_regular(const char* path, int flags, mode_t mode) {
  base::Descriptor fd(::open(path, flags | O_NONBLOCK | O_NOCTTY, mode));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return -1;
  if (S_ISREG(status.st_mode)) return fd.release();
  fd.reset();
  errno = EINVAL;
  return -1;
}

SegmentFile::SegmentFile(const Disk& disk, base::Descriptor fd, std::filesystem::path path)
    : disk_(disk), fd_(std::move(fd)), path_(std::move(path)) {}

base::Result<std::shared_ptr<SegmentFile>> SegmentFile::create(const Disk& disk,
                                                               const std::filesystem::path& folder,
                                                               SegmentHeader header) {
  auto path = folder / segment_name(header.first);
  // A file of this name can only be one that could not be removed when its header failed.
  base::Descriptor fd(disk.open(
      path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return base::fail_errno(fmt::format("cannot make {}", path.string()), errno);
  auto file = std::make_shared<SegmentFile>(disk, std::move(fd), std::move(path));
  const std::string bytes = header.format();
  iovec piece = piece_of(bytes);
  if (auto written = file->write({&piece, 1}); !written) {
    ::unlink(file->path_.c_str());
    return tl::unexpected(written.error());
  }
  return file;
}

base::Result<void> SegmentFile::append(uint64_t sequence, uint32_t items,
                                       std::span<const std::string_view> pieces) {
  const auto header = RecordHeader::format(sequence, items, pieces);
  std::vector<iovec> parts{piece_of({header.data(), header.size()})};
  for (const auto piece : pieces)
    if (!piece.empty()) parts.push_back(piece_of(piece));
  return write(parts);
}

base::Result<void> SegmentFile::write(std::span<iovec> pieces) {
  uint64_t written = 0;
  while (!pieces.empty()) {
    const ssize_t n = disk_.writev(fd_.get(), pieces.data(), static_cast<int>(pieces.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int code = n < 0 ? errno : ENOSPC;
      is_broken_ = true;
      // Should this fail as well, readers skip the rest of the file: no sequence is missing.
      [[maybe_unused]] const int cut = ::ftruncate(fd_.get(), static_cast<off_t>(bytes_));
      return base::fail_errno(fmt::format("cannot write {}", path_.string()), code);
    }
    written += static_cast<uint64_t>(n);
    for (auto left = static_cast<size_t>(n); left > 0;) {
      iovec& piece = pieces.front();
      const size_t taken = std::min(left, piece.iov_len);
      piece = {static_cast<char*>(piece.iov_base) + taken, piece.iov_len - taken};
      left -= taken;
      if (piece.iov_len == 0) pieces = pieces.subspan(1);
    }
  }
  bytes_ += written;
  return {};
}

base::Result<void> SegmentFile::sync() {
  if (sync_failed_) return base::fail("cannot sync {}: it has failed before", path_.string());
  base::Result<void> synced;
  if (disk_.fdatasync(fd_.get()) != 0)
    synced = base::fail_errno(fmt::format("cannot sync {}", path_.string()), errno);
  else if (!is_name_synced_)
    synced = base::sync_folder(path_.parent_path());
  is_name_synced_ = is_name_synced_ || synced.has_value();
  sync_failed_ = !synced;
  if (sync_failed_) is_broken_ = true;
  return synced;
}

}  // namespace io::segment_log
