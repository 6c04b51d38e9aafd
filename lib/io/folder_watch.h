#pragma once
#include <set>
#include <string>

#include "io/inotify.h"

namespace io {

/// Tells that something appeared in, left or was renamed within a set of folders. Writing to files
/// does not count. One thread.
class FolderWatch {
 public:
  int fd() const { return inotify_.fd(); }
  /// Watches exactly these folders from now on.
  void set(const std::set<std::string>& folders);
  /// Whether anything happened since the last call.
  bool changed();

 private:
  Inotify inotify_;
  std::set<int> watches_;
};

}  // namespace io
