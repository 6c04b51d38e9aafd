#include "io/folder_watch.h"

#include <sys/inotify.h>

#include <utility>

namespace io {

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
