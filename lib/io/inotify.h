#pragma once
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace io {

/// The kernel's notices about files and folders. Where it cannot work (no descriptors left, network
/// file systems say nothing), watch() answers -1 or stays silent: callers keep a slow poll beside.
/// One thread.
class Inotify {
 public:
  Inotify();
  Inotify(const Inotify&) = delete;
  Inotify& operator=(const Inotify&) = delete;

  /// For poll(2); -1 when the kernel gave none.
  int fd() const { return fd_.get(); }
  /// A number for the watch, or -1. `mask`: IN_* of inotify(7). The same inode gives the same
  /// number.
  int watch(const std::string& path, uint32_t mask) const;
  void unwatch(int watch) const;

  struct Event {
    int watch = -1;  ///< -1: the queue overflowed, anything may have happened
    uint32_t mask = 0;
    std::string_view name;  ///< of the child, for a folder
  };
  /// Hands over all that is pending; does not block.
  void drain(const std::function<void(const Event&)>& take) const;

 private:
  base::Descriptor fd_;
};

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
