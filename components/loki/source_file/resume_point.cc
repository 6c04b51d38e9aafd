#include "components/loki/source_file/resume_point.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>

namespace components::loki::source_file {
namespace {

/// Takes a number and the character after it ('\0': the end) off the text.
template <class Number>
bool take(std::string_view& text, Number& number, char after, int base = 10) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  if (after == '\0') return text.empty();
  if (text.empty() || text.front() != after) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Fingerprint fingerprint_of(int fd, uint64_t size) {
  unsigned char bytes[Fingerprint::kBytesMax];
  const size_t wanted = std::min<uint64_t>(size, sizeof bytes);
  const ssize_t got = ::pread(fd, bytes, wanted, 0);
  if (got <= 0) return {};
  const auto read = static_cast<size_t>(got);
  return {static_cast<uint32_t>(read), static_cast<uint32_t>(::crc32_z(0, bytes, read))};
}

std::string ResumePoint::text() const {
  return fmt::format("{} {}:{} {}:{:08x}", offset, device, inode, beginning.size, beginning.crc);
}

std::optional<ResumePoint> ResumePoint::parse(std::string_view text) {
  ResumePoint point;
  const bool whole = take(text, point.offset, ' ') && take(text, point.device, ':') &&
                     take(text, point.inode, ' ') && take(text, point.beginning.size, ':') &&
                     take(text, point.beginning.crc, '\0', 16);
  return whole ? std::optional(point) : std::nullopt;
}

std::string find_by_inode(const std::string& folder, uint64_t device, uint64_t inode) {
  DIR* directory = ::opendir(folder.c_str());
  if (!directory) return "";
  std::string found;
  while (const dirent* child = ::readdir(directory)) {
    if (child->d_ino != inode) continue;
    const std::string path = folder + "/" + child->d_name;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || status.st_dev != device || status.st_ino != inode ||
        !S_ISREG(status.st_mode))
      continue;
    found = path;
    break;
  }
  ::closedir(directory);
  return found;
}

}  // namespace components::loki::source_file
