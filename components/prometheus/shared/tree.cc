#include "components/prometheus/shared/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "components/prometheus/shared/words.h"

namespace components::prometheus {
namespace {

/// What a file of the kernel rarely exceeds: one read, and a second that finds the end.
constexpr size_t kFirstBytes = 16 << 10;

}  // namespace

int Tree::folder() {
  if (!folder_) folder_.reset(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return folder_.get();
}

std::optional<std::string_view> Tree::read_path(const char* path) {
  // A pipe in place of a file must not block.
  const base::Descriptor file(::openat(folder(), path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return std::nullopt;
  if (buffer_.size() < kFirstBytes) buffer_.resize(kFirstBytes);
  size_t size = 0;
  while (size < kFileBytesMax) {
    if (size == buffer_.size()) buffer_.resize(2 * size);
    const ssize_t got = ::read(file.get(), buffer_.data() + size, buffer_.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  return std::string_view(buffer_).substr(0, size);
}

/// A folder is linked to by itself, by the one above it, and by each below it. Where that is not
/// counted (1), it is looked at.
bool Tree::has_folders(const char* path) {
  struct stat found;
  if (::fstatat(folder(), *path ? path : ".", &found, 0) != 0 || !S_ISDIR(found.st_mode))
    return false;
  return found.st_nlink != 2;
}

std::optional<timespec> Tree::changed_path(const char* path) {
  struct stat found;
  if (::fstatat(folder(), *path ? path : ".", &found, 0) != 0) return std::nullopt;
  return found.st_mtim;
}

void Tree::list_path(const char* path, std::vector<std::string>& names, bool only_folders) {
  names.clear();
  const base::Descriptor list(
      ::openat(folder(), *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!list) return;
  entries_.resize(kFirstBytes);
  for (;;) {
    const long got = ::syscall(SYS_getdents64, list.get(), entries_.data(), entries_.size());
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries_.data() + at);
      const std::string_view name(entry->d_name);
      const bool is_wanted = !only_folders || entry->d_type == DT_DIR;
      if (name != "." && name != ".." && is_wanted) names.emplace_back(name);
      at += entry->d_reclen;
    }
  }
  std::ranges::sort(names);
}

std::string Tree::link_path(const char* path) {
  char target[4096];
  const ssize_t size = ::readlinkat(folder(), path, target, sizeof target);
  return size > 0 ? std::string(target, static_cast<size_t>(size)) : std::string();
}

bool Tree::exists_path(const char* path) {
  return ::faccessat(folder(), path, F_OK, 0) == 0;
}

std::optional<std::string_view> Tree::trimmed(std::optional<std::string_view> text) {
  if (text) *text = trim(*text);
  return text;
}

std::optional<double> Tree::to_number(std::optional<std::string_view> text) {
  return text ? number_of(*text) : std::nullopt;
}

}  // namespace components::prometheus
