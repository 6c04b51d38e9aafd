#include "components/loki/source_file/watches.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/vfs.h>

#include <algorithm>
#include <utility>

namespace components::loki::source_file {
namespace {

// Not in linux/magic.h.
constexpr int64_t kFuse = 0x65735546;
constexpr int64_t kCifs = 0xff534d42;

/// File systems that others write to behind this kernel's back.
bool is_remote(int fd) {
  struct statfs status {};
  if (::fstatfs(fd, &status) != 0) return true;
  constexpr int64_t kinds[] = {NFS_SUPER_MAGIC,
                               SMB_SUPER_MAGIC,
                               SMB2_SUPER_MAGIC,
                               CEPH_SUPER_MAGIC,
                               AFS_SUPER_MAGIC,
                               V9FS_MAGIC,
                               kCifs,
                               kFuse};
  return std::find(std::begin(kinds), std::end(kinds), status.f_type) != std::end(kinds);
}

}  // namespace

Watches::Watch Watches::watch(int fd, Listener& listener) {
  if (is_remote(fd)) return {};
  const auto path = fmt::format("/proc/self/fd/{}", fd);
  const int content = content_.inotify.watch(path, IN_MODIFY);
  const int name = name_.inotify.watch(path, IN_ATTRIB | IN_MOVE_SELF);
  if (content >= 0) content_.add(content, listener);
  if (name >= 0) name_.add(name, listener);
  if (content >= 0 && name >= 0) return {*this, content, name, listener};
  if (content >= 0) content_.remove(content, listener);
  if (name >= 0) name_.remove(name, listener);
  return {};
}

void Watches::Kind::remove(int watch, Listener& listener) {
  const auto [first, last] = listeners.equal_range(watch);
  const auto mine = std::find_if(first, last, [&](const auto& l) { return l.second == &listener; });
  if (mine != last) listeners.erase(mine);
  if (listeners.count(watch) == 0) inotify.unwatch(watch);
}

void Watches::Kind::drain() {
  inotify.drain([this](const io::Inotify::Event& event) {
    if (event.watch < 0) {
      for (const auto& entry : listeners) entry.second->noticed();
      return;
    }
    const auto [first, last] = listeners.equal_range(event.watch);
    for (auto it = first; it != last; ++it) it->second->noticed();
  });
}

Watches::Watch& Watches::Watch::operator=(Watch&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(content_, other.content_);
  std::swap(name_, other.name_);
  std::swap(listener_, other.listener_);
  return *this;
}

Watches::Watch::~Watch() {
  if (!owner_) return;
  owner_->content_.remove(content_, *listener_);
  owner_->name_.remove(name_, *listener_);
}

}  // namespace components::loki::source_file
