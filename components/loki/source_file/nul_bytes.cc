#include "components/loki/source_file/nul_bytes.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "components/loki/source_file/rotation.h"

namespace components::loki::source_file {
namespace {

/// Of all that is reserved, which may be much.
constexpr std::chrono::seconds kLookEvery{1};

using Chunk = std::array<char, 16 << 10>;

/// The bytes at [from, to), as many as fit; empty when they cannot be read.
std::string_view bytes_at(int fd, uint64_t from, uint64_t to, Chunk& chunk) {
  const size_t wanted = std::min<uint64_t>(to - from, chunk.size());
  const ssize_t got = ::pread(fd, chunk.data(), wanted, static_cast<off_t>(from));
  return {chunk.data(), static_cast<size_t>(std::max<ssize_t>(got, 0))};
}

/// The length of a text without the NUL bytes it ends with.
uint64_t length(std::string_view text) {
  return text.find_last_not_of('\0') + 1;  // npos + 1 is 0.
}

}  // namespace

size_t remove_nul_before_lines(std::string& lines) {
  if (lines.find('\0') == lines.npos) return 0;
  const size_t before = lines.size();
  size_t kept = 0;
  for (size_t at = 0; at < before;) {
    at = std::min(lines.find_first_not_of('\0', at), before);
    const size_t end = std::min(lines.find('\n', at), before - 1) + 1;
    if (at < end) std::memmove(lines.data() + kept, lines.data() + at, end - at);
    kept += end - at;
    at = end;
  }
  lines.resize(kept);
  return before - kept;
}

uint64_t DataEnd::find(int fd, uint64_t read_to) {
  const int64_t now_ns = file_clock_ns();
  struct stat status {};
  if (::fstat(fd, &status) != 0) return read_to;
  const auto size = static_cast<uint64_t>(status.st_size);
  Chunk chunk;
  if (size <= read_to || length(bytes_at(fd, size - 1, size, chunk)) > 0) {
    end_.reset();
    return size;
  }
  const auto now = std::chrono::steady_clock::now();
  const int64_t written_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  if (end_ && *end_ >= read_to && *end_ <= size) {
    const uint64_t before = *end_;
    end_ = end_from(fd, before, size);
    const bool is_changed = size != size_ || written_ns != written_ns_ || written_ns_ >= looked_ns_;
    if (*end_ > before || !is_changed || now - looked_at_ < kLookEvery) return *end_;
  }
  end_ = last_end(fd, read_to, size);
  size_ = size;
  written_ns_ = written_ns;
  looked_ns_ = now_ns;
  looked_at_ = now;
  return *end_;
}

uint64_t DataEnd::end_from(int fd, uint64_t begin, uint64_t size) {
  uint64_t end = begin;
  Chunk chunk;
  while (const uint64_t more = length(bytes_at(fd, end, size, chunk))) end += more;
  return end;
}

uint64_t DataEnd::last_end(int fd, uint64_t begin, uint64_t size) {
  uint64_t last = begin;
  Chunk chunk;
  for (uint64_t at = begin; at < size;) {
    const off_t data = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0) break;
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    const uint64_t from_data = std::max(at, static_cast<uint64_t>(data));
    at = std::min(size, hole > data ? static_cast<uint64_t>(hole) : size);
    for (uint64_t to = at; to > from_data;) {
      const uint64_t from = to - std::min<uint64_t>(to - from_data, chunk.size());
      if (const uint64_t found = length(bytes_at(fd, from, to, chunk))) {
        last = from + found;
        break;
      }
      to = from;
    }
  }
  return last;
}

}  // namespace components::loki::source_file
