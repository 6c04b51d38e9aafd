#include "io/folder_watch.h"

#include <sys/inotify.h>

#include <algorithm>

namespace io {

constexpr uint32_t kMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                           IN_MOVE_SELF | IN_ONLYDIR;

void FolderWatch::set(const std::set<std::string>& folders) {
  // Folders may have been replaced under their name, so each is asked for again; a watch that
  // stands already costs one system call and stays.
  std::map<std::string, int> wanted;
  for (const std::string& folder : folders) {
    const int watch = inotify_.watch(folder, kMask);
    if (watch >= 0) wanted.emplace(folder, watch);
  }
  for (const auto& [folder, watch] : watches_) {
    const bool kept = std::any_of(wanted.begin(), wanted.end(),
                                  [w = watch](const auto& entry) { return entry.second == w; });
    if (!kept) inotify_.unwatch(watch);
  }
  watches_ = std::move(wanted);
}

bool FolderWatch::changed() {
  bool any = false;
  inotify_.drain([&](const Inotify::Event& event) { any |= (event.mask & IN_IGNORED) == 0; });
  return any;
}

}  // namespace io
