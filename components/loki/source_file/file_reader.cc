#include "components/loki/source_file/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "components/loki/source_file/rotation.h"

namespace components::loki::source_file {
/// Guess for reserving: a wrong one costs a reallocation, no more.
constexpr size_t kLineBytesTypical = 100;
/// Read at a time while they are skipped.
constexpr size_t kNulChunkBytes = 64 << 10;

void add_lines(telemetry::LogBatch& batch, UniqueTimestamps& stamps) {
  const char* const begin = batch.buffer.data();
  const char* const end = begin + batch.buffer.size();
  batch.entries.reserve(batch.buffer.size() / kLineBytesTypical + 1);
  for (const char* line = begin; line < end;) {
    const auto* feed =
        static_cast<const char*>(std::memchr(line, '\n', static_cast<size_t>(end - line)));
    const char* stop = feed ? feed : end;
    const char* next = feed ? feed + 1 : end;
    if (stop > line && stop[-1] == '\r') --stop;
    auto& entry = batch.entries.emplace_back();
    entry.line = {static_cast<uint32_t>(line - begin), static_cast<uint32_t>(stop - line)};
    line = next;
  }
  int64_t stamp = stamps.take(batch.entries.size());
  for (auto& entry : batch.entries) entry.timestamp_ns = stamp++;
}

namespace {

constexpr ByteOrderMark kMarks[] = {{"\xef\xbb\xbf", {Encoding::Form::utf8}},
                                    {"\xff\xfe", {Encoding::Form::utf16le}},
                                    {"\xfe\xff", {Encoding::Form::utf16be}}};

}  // namespace

const ByteOrderMark* byte_order_mark(std::string_view start) {
  const auto* const mark = std::ranges::find_if(
      kMarks, [&](const ByteOrderMark& one) { return start.starts_with(one.bytes); });
  return mark == std::end(kMarks) ? nullptr : mark;
}

base::Result<FileReader> FileReader::open(const std::string& path, const Encoding& configured) {
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
  char start[kMarkBytesMax];
  const ssize_t got = ::pread(fd(), start, sizeof start, 0);
  const std::string_view seen(start, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (const ByteOrderMark* mark = byte_order_mark(seen)) {
    encoding_ = mark->encoding;
    mark_bytes_ = static_cast<uint32_t>(mark->bytes.size());
    return true;
  }
  return std::ranges::none_of(
      kMarks, [&](const ByteOrderMark& mark) { return mark.bytes.starts_with(seen); });
}

uint64_t FileReader::size() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
}

bool FileReader::is_quiet_for(std::chrono::nanoseconds time) const {
  struct stat status {};
  if (::fstat(fd(), &status) != 0) return true;
  const int64_t written_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  return file_clock_ns() - written_ns >= time.count();
}

std::optional<int64_t> FileReader::born_ns() const {
  struct statx status {};
  if (::statx(fd(), "", AT_EMPTY_PATH, STATX_BTIME, &status) != 0 ||
      !(status.stx_mask & STATX_BTIME))
    return std::nullopt;
  return status.stx_btime.tv_sec * 1'000'000'000 + status.stx_btime.tv_nsec;
}

bool FileReader::is_younger_than(int64_t ns) const {
  const auto born = born_ns();
  // The moment of a look is taken before the look.
  constexpr int64_t kSlackNs = 1'000'000'000;
  return ns != 0 && born && *born > ns + kSlackNs && *born <= file_clock_ns() + kSlackNs;
}

bool FileReader::is_unlinked() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 && status.st_nlink == 0;
}

bool FileReader::continues(const ResumePoint& point) const {
  if (size() < point.offset || fingerprint_of(fd(), point.beginning.size) != point.beginning)
    return false;
  // Not known of what earlier versions stored.
  return point.end.size == 0 || fingerprint_before(fd(), point.offset) == point.end;
}

bool FileReader::is_beginning_of(const FileReader& other, uint64_t read_to) const {
  const uint64_t end = size();
  const auto are_equal = [&](const Fingerprint& ours, const Fingerprint& theirs) {
    return ours.size >= Fingerprint::kBytesTelling && ours == theirs;
  };
  return end <= read_to && are_equal(fingerprint_of(fd(), end), fingerprint_of(other.fd(), end)) &&
         are_equal(fingerprint_before(fd(), end), fingerprint_before(other.fd(), end));
}

void FileReader::seek(uint64_t offset) {
  find_mark();
  point_.offset = std::max<uint64_t>(offset, mark_bytes_);
  point_.beginning = point_.end = {};
  tail_.clear();
  if (offset > 0) note_read();
  no_line_until_ = 0;
}

/// Up to the offset.
void FileReader::note_read() {
  if (point_.beginning.size < Fingerprint::kBytesMax)
    point_.beginning = fingerprint_of(fd(), point_.offset);
  tail_.resize(std::min<uint64_t>(point_.offset, kTailBytes));
  const auto begin = static_cast<off_t>(point_.offset - tail_.size());
  const ssize_t got = ::pread(fd(), tail_.data(), tail_.size(), begin);
  if (got != static_cast<ssize_t>(tail_.size())) tail_.clear();
  const std::string_view tail = tail_;
  point_.end =
      fingerprint_of(tail.substr(tail.size() - std::min(tail.size(), Fingerprint::kEndBytesMax)));
  marks_.note(point_.offset, point_.end);
}

bool FileReader::seek_before_change() {
  // A shorter file that was truncated and begins as before, with a banner, looks the same.
  if (tail_.size() < kTailBytes) return false;
  const bool is_beginning_unchanged =
      point_.offset < Fingerprint::kBytesMax + Fingerprint::kEndBytesMax ||
      fingerprint_of(fd(), point_.beginning.size) == point_.beginning;
  if (!is_beginning_unchanged) return false;
  const uint64_t begin = point_.offset - tail_.size();
  std::string now(tail_.size(), '\0');
  const ssize_t got = ::pread(fd(), now.data(), now.size(), static_cast<off_t>(begin));
  now.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  const auto changed = std::ranges::mismatch(now, tail_).in1;
  const auto same = static_cast<size_t>(changed - now.begin());
  const size_t lines = lines_size(std::string_view(now).substr(0, same), encoding_);
  if (same < kTailBytes - Fingerprint::kEndBytesMax || lines == 0) return false;
  seek(begin + lines);
  return true;
}

void FileReader::seek_after_last_line() {
  const uint64_t unit = encoding_.is_utf16() ? 2 : 1;
  const uint64_t end = data_end() / unit * unit;
  std::string buffer;
  for (size_t reach = kChunkBytes; reach <= kLineBytesMax; reach *= 4) {
    const uint64_t from = end > reach ? end - reach : 0;
    buffer.resize(static_cast<size_t>(end - from));
    const ssize_t got = ::pread(fd(), buffer.data(), buffer.size(), static_cast<off_t>(from));
    if (got <= 0) break;
    const size_t lines = lines_size({buffer.data(), static_cast<size_t>(got)}, encoding_);
    if (lines > 0) return seek(from + lines);
    if (from == 0) return seek(0);
  }
  seek(end);
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
    if (const size_t lines = lines_size({buffer.data(), read}, encoding_))
      return Piece{lines, true};
    if (read >= kLineBytesMax) return Piece{kLineBytesMax, false};
    if (read < wanted) return Piece{rest ? read : 0, true};
  }
}

/// The end of what is written. In UTF-16 the last character may end with a NUL byte.
uint64_t FileReader::data_end() {
  const uint64_t end = data_end_.find(fd(), point_.offset);
  return encoding_.is_utf16() ? std::min(end + end % 2, size()) : end;
}

Fingerprint FileReader::written_beginning() {
  return fingerprint_of(fd(), data_end());
}

/// False: nothing else is left.
bool FileReader::skip_nul(uint64_t end) {
  char first = 0;
  if (encoding_.is_utf16() || ::pread(fd(), &first, 1, static_cast<off_t>(point_.offset)) != 1 ||
      first != '\0')
    return true;
  const uint64_t begin = point_.offset;
  std::string bytes(kNulChunkBytes, '\0');
  while (point_.offset < end) {
    const off_t data = ::lseek(fd(), static_cast<off_t>(point_.offset), SEEK_DATA);
    if (data > 0) point_.offset = std::min(end, static_cast<uint64_t>(data));  // Behind a hole.
    const ssize_t got =
        ::pread(fd(), bytes.data(), bytes.size(), static_cast<off_t>(point_.offset));
    if (got <= 0) break;  // Let read() meet the error.
    const std::string_view seen(bytes.data(), static_cast<size_t>(got));
    const size_t nul = std::min(seen.find_first_not_of('\0'), seen.size());
    point_.offset += nul;
    if (nul < seen.size()) break;
  }
  changes_.nul_bytes += point_.offset - begin;
  note_read();
  no_line_until_ = 0;
  return point_.offset < end;
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

base::Result<bool> FileReader::read(telemetry::LogBatch& batch, UniqueTimestamps& stamps,
                                    bool rest) {
  if (point_.offset == 0) {
    if (!find_mark() && !rest) return false;
    point_.offset = mark_bytes_;
  }
  const uint64_t end = data_end();
  if (end <= point_.offset || !skip_nul(end) || (!rest && !may_have_line(end))) return false;
  auto piece = fill(batch.buffer, end, rest);
  if (!piece) return tl::unexpected(piece.error());
  if (piece->size == 0) {
    // The last character may be half a line feed.
    no_line_until_ = end - std::min<uint64_t>(end - point_.offset, encoding_.is_utf16() ? 2 : 0);
    batch.buffer.clear();
    return false;
  }
  batch.buffer.resize(piece->size);
  if (!piece->is_line) ++changes_.split_lines;
  point_.offset += piece->size;
  note_read();
  if (!encoding_.is_utf16()) changes_.nul_bytes += remove_nul_before_lines(batch.buffer);
  batch.buffer = to_utf8(std::move(batch.buffer), encoding_);
  add_lines(batch, stamps);
  return true;
}

}  // namespace components::loki::source_file
