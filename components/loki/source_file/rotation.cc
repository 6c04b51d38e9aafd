#include "components/loki/source_file/rotation.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace components::loki::source_file {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

/// What rotation puts into a name after `before`: digits and separators, a separator first. A date
/// may do without, unless it goes on with a number: 11.log is not what becomes of 1.log.
bool is_stamp(std::string_view before, std::string_view text) {
  constexpr size_t kDateDigits = 8;
  const size_t digits = text.find_first_not_of("0123456789") == text.npos ? text.size() : 0;
  const bool is_date = digits >= kDateDigits && !before.empty() && !base::is_digit(before.back());
  const bool is_separated = !text.empty() && (text[0] == '.' || text[0] == '-' || text[0] == '_');
  return (is_date || is_separated) && text.find_first_of("0123456789") != text.npos &&
         text.find_first_not_of("0123456789.-_:T") == text.npos;
}

/// Oldest first. Of two that were born in the same tick of the clock, "a.log.2" is the older one.
bool older(const RotatedFile& a, const RotatedFile& b) {
  if (a.born_ns != b.born_ns) return a.born_ns < b.born_ns;
  return std::pair(a.path.size(), a.path) > std::pair(b.path.size(), b.path);
}

/// The regular files beside `path` that `is_meant` by their names, created since then.
template <class IsMeant>
std::vector<RotatedFile> files_since(const std::string& path, int64_t since_ns, IsMeant is_meant) {
  std::vector<RotatedFile> found;
  const std::filesystem::path whole(path);
  const std::string original = whole.filename().string();
  std::error_code error;
  std::filesystem::directory_iterator child(whole.parent_path(), error), end;
  for (; !error && child != end; child.increment(error)) {
    const std::string& candidate = child->path().native();
    if (!is_meant(child->path().filename().native(), original)) continue;
    struct statx status {};
    constexpr unsigned kWanted = STATX_TYPE | STATX_INO | STATX_BTIME;
    if (::statx(AT_FDCWD, candidate.c_str(), 0, kWanted, &status) != 0) continue;
    if (!S_ISREG(status.stx_mode) || !(status.stx_mask & STATX_BTIME)) continue;
    const int64_t born = status.stx_btime.tv_sec * kNsPerSecond + status.stx_btime.tv_nsec;
    if (born < since_ns) continue;
    const uint64_t device = ::makedev(status.stx_dev_major, status.stx_dev_minor);
    found.push_back({candidate, device, status.stx_ino, born});
  }
  std::sort(found.begin(), found.end(), older);
  return found;
}

/// More folders in a folder of logs are not looked into.
constexpr size_t kFoldersMax = 100;

/// Path of the file in this folder; the folders in it are added to `inner`.
std::string find_in(const std::string& folder, uint64_t device, uint64_t inode,
                    std::vector<std::string>& inner) {
  DIR* directory = ::opendir(folder.c_str());
  if (!directory) return "";
  std::string found;
  while (const dirent* child = ::readdir(directory)) {
    const std::string_view name = child->d_name;
    const bool is_folder = child->d_type == DT_DIR && name != "." && name != "..";
    if (!is_folder && child->d_ino != inode) continue;
    const std::string path = folder + "/" + child->d_name;
    if (is_folder && inner.size() < kFoldersMax) inner.push_back(path);
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

}  // namespace

bool is_rotated_name(std::string_view name, std::string_view original) {
  if (name.starts_with(original)) {
    const std::string_view rest = name.substr(original.size());
    return rest == ".old" || is_stamp(original, rest);
  }
  const size_t dot = original.rfind('.');
  if (dot == original.npos || dot == 0) return false;
  const std::string_view stem = original.substr(0, dot), suffix = original.substr(dot);
  return name.size() > stem.size() + suffix.size() && name.starts_with(stem) &&
         name.ends_with(suffix) &&
         is_stamp(stem, name.substr(stem.size(), name.size() - stem.size() - suffix.size()));
}

std::vector<std::string> originals_of(const std::string& path) {
  std::vector<std::string> found;
  const size_t folder = path.rfind('/') + 1;
  const std::string_view name = std::string_view(path).substr(folder);
  const size_t dot = name.rfind('.');
  const auto try_name = [&](std::string_view stem, std::string_view suffix) {
    const std::string original = std::string(stem) + std::string(suffix);
    if (!original.empty() && is_rotated_name(name, original))
      found.push_back(path.substr(0, folder) + original);
  };
  for (size_t size = name.size(); size-- > 1;) {
    try_name(name.substr(0, size), "");
    if (dot != name.npos && size < dot) try_name(name.substr(0, size), name.substr(dot));
  }
  return found;
}

std::vector<RotatedFile> rotated_since(const std::string& path, int64_t since_ns) {
  return files_since(path, since_ns, is_rotated_name);
}

std::vector<RotatedFile> archives_since(const std::string& path, int64_t since_ns) {
  return files_since(path, since_ns, [](std::string_view name, std::string_view original) {
    for (const std::string_view suffix : {".gz", ".bz2"})
      if (name.ends_with(suffix))
        return is_rotated_name(name.substr(0, name.size() - suffix.size()), original);
    return false;
  });
}

std::string find_by_inode(const std::string& folder, uint64_t device, uint64_t inode) {
  std::vector<std::string> inner;
  std::string found = find_in(folder, device, inode, inner);
  std::vector<std::string> ignored;
  for (size_t i = 0; i < inner.size() && found.empty(); ++i)
    found = find_in(inner[i], device, inode, ignored);
  return found;
}

int64_t file_clock_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

}  // namespace components::loki::source_file
