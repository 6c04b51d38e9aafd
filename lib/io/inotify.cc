#include "io/inotify.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace io {

Inotify::Inotify() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

int Inotify::watch(const std::string& path, uint32_t mask) const {
  return !fd_ ? -1 : ::inotify_add_watch(fd_.get(), path.c_str(), mask);
}

void Inotify::unwatch(int watch) const {
  if (fd_ && watch >= 0) ::inotify_rm_watch(fd_.get(), watch);
}

void Inotify::drain(const std::function<void(const Event&)>& take) const {
  if (!fd_) return;
  alignas(inotify_event) char buffer[16 << 10];
  for (ssize_t size; (size = ::read(fd_.get(), buffer, sizeof buffer)) > 0;) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event{};
      std::memcpy(&event, buffer + at, sizeof event);
      const char* name = buffer + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event + event.len);
      const int watch = event.mask & IN_Q_OVERFLOW ? -1 : event.wd;
      take({watch, event.mask, event.len > 0 ? std::string_view(name) : std::string_view()});
    }
  }
}

namespace {

constexpr uint32_t kMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                           IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

void FolderWatch::set(const std::set<std::string>& folders) {
  // Folders may have been replaced under their name, so each is asked for again; a watch that
  // exists already costs one system call and stays.
  std::set<int> wanted;
  for (const std::string& folder : folders)
    if (const int watch = inotify_.watch(folder, kMask); watch >= 0) wanted.insert(watch);
  for (const int watch : watches_)
    if (!wanted.contains(watch)) inotify_.unwatch(watch);
  watches_ = std::move(wanted);
}

bool FolderWatch::changed() {
  bool any = false;
  inotify_.drain([&](const Inotify::Event& event) { any |= (event.mask & IN_IGNORED) == 0; });
  return any;
}

}  // namespace io
