#include "components/loki/source_file/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "components/loki/source_file/lines.h"

namespace components::loki::source_file {
namespace {

struct Mark {
  std::string_view bytes;
  Encoding encoding;
};
constexpr Mark kMarks[] = {{"\xef\xbb\xbf", Encoding::utf8},
                           {"\xff\xfe", Encoding::utf16le},
                           {"\xfe\xff", Encoding::utf16be}};

}  // namespace

base::Result<FileReader> FileReader::open(const std::string& path, Encoding configured) {
  FileReader file;
  file.fd_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.fd_) return base::fail_errno(path, errno);
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) return base::fail_errno(path, errno);
  if (!S_ISREG(status.st_mode)) return base::fail("{}: not a regular file", path);
  file.point_.device = status.st_dev;
  file.point_.inode = status.st_ino;
  file.configured_ = configured;
  file.seek(0);
  return file;
}

/// Looks for a byte order mark at the start of the file, which may be written after it was opened.
/// False: what is there may still become one.
bool FileReader::find_mark() {
  encoding_ = configured_;
  mark_bytes_ = 0;
  char start[3];
  const ssize_t got = ::pread(fd(), start, sizeof start, 0);
  const std::string_view seen(start, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  for (const Mark& mark : kMarks) {
    if (seen.starts_with(mark.bytes)) {
      encoding_ = mark.encoding;
      mark_bytes_ = static_cast<uint32_t>(mark.bytes.size());
      return true;
    }
  }
  return std::none_of(std::begin(kMarks), std::end(kMarks),
                      [&](const Mark& mark) { return mark.bytes.starts_with(seen); });
}

uint64_t FileReader::size() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

bool FileReader::is_unlinked() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 && status.st_nlink == 0;
}

bool FileReader::continues(const Fingerprint& beginning, uint64_t offset) const {
  return size() >= offset && fingerprint_of(fd(), beginning.size) == beginning;
}

bool FileReader::was_truncated() const {
  return !continues(point_.beginning, point_.offset);
}

void FileReader::seek(uint64_t offset) {
  find_mark();
  point_.offset = std::max<uint64_t>(offset, mark_bytes_);
  point_.beginning = offset == 0 ? Fingerprint{} : fingerprint_of(fd(), point_.offset);
  no_line_until_ = 0;
}

void FileReader::seek_after_last_line() {
  uint64_t end = size();
  std::string buffer;
  for (size_t reach = kChunkBytes; reach <= kLineBytesMax; reach *= 4) {
    const uint64_t from = end > reach ? end - reach : 0;
    buffer.resize(static_cast<size_t>(end - from) / 2 * 2);
    const ssize_t got = ::pread(fd(), buffer.data(), buffer.size(), static_cast<off_t>(from));
    if (got <= 0) break;
    const size_t lines = lines_size({buffer.data(), static_cast<size_t>(got)});
    if (lines > 0) return seek(from + lines);
    if (from == 0) return seek(0);
  }
  seek(end);
}

size_t FileReader::lines_size(std::string_view bytes) const {
  if (encoding_ != Encoding::utf8) return utf16_lines_size(bytes, encoding_ == Encoding::utf16be);
  const void* feed = ::memrchr(bytes.data(), '\n', bytes.size());
  return feed ? static_cast<size_t>(static_cast<const char*>(feed) - bytes.data()) + 1 : 0;
}

/// Reads from the offset on until there is a whole line, the end of the file or too long a line.
base::Result<FileReader::Piece> FileReader::fill(std::string& buffer, uint64_t size, bool rest) {
  const uint64_t available = size - point_.offset;
  for (size_t wanted = kChunkBytes;; wanted = std::min(wanted * 4, kLineBytesMax)) {
    buffer.resize(std::min<uint64_t>(available, wanted));
    const ssize_t got =
        ::pread(fd(), buffer.data(), buffer.size(), static_cast<off_t>(point_.offset));
    if (got < 0) return base::fail_errno("read", errno);
    const auto read = static_cast<size_t>(got);
    if (const size_t lines = lines_size({buffer.data(), read})) return Piece{lines, true};
    if (read >= kLineBytesMax) return Piece{kLineBytesMax, false};
    if (read < wanted) return Piece{rest ? read : 0, true};
  }
}

/// Looks only at what was added since the last look: a long line may grow in many small steps.
bool FileReader::may_have_line(uint64_t end) {
  if (no_line_until_ <= point_.offset || end - point_.offset >= kLineBytesMax) return true;
  char bytes[4096];
  while (no_line_until_ < end) {
    const size_t wanted = std::min<uint64_t>(end - no_line_until_, sizeof bytes);
    const ssize_t got = ::pread(fd(), bytes, wanted, static_cast<off_t>(no_line_until_));
    if (got <= 0) return true;  // Let read() meet the error.
    if (std::memchr(bytes, '\n', static_cast<size_t>(got))) return true;
    no_line_until_ += static_cast<uint64_t>(got);
  }
  return false;
}

base::Result<bool> FileReader::read(telemetry::LogBatch& batch, Stamps& stamps, bool rest) {
  if (point_.offset == 0) {
    if (!find_mark() && !rest) return false;
    point_.offset = mark_bytes_;
  }
  const uint64_t end = size();
  if (end <= point_.offset || (!rest && !may_have_line(end))) return false;
  auto piece = fill(batch.buffer, end, rest);
  if (!piece) return tl::unexpected(piece.error());
  if (piece->size == 0) {
    no_line_until_ = end;
    batch.buffer.clear();
    return false;
  }
  batch.buffer.resize(piece->size);
  if (!piece->is_line) ++split_lines_;
  point_.offset += piece->size;
  if (point_.beginning.size < Fingerprint::kBytesMax)
    point_.beginning = fingerprint_of(fd(), point_.offset);
  if (encoding_ != Encoding::utf8)
    batch.buffer = utf8_from_utf16(batch.buffer, encoding_ == Encoding::utf16be);
  add_lines(batch, stamps);
  return true;
}

}  // namespace components::loki::source_file
