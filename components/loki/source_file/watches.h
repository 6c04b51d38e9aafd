#pragma once
#include <unordered_map>

#include "io/inotify.h"

namespace components::loki::source_file {

/// Kernel notices about open files. Two kinds with a descriptor each, so that a busy writer can be
/// listened to now and then while a rename is noticed at once: `content` (written to) and `name`
/// (renamed, unlinked, attributes changed). One thread.
class Watches {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void noticed() = 0;
  };
  /// Ends the watching when it goes. Must not outlive the Watches or the listener.
  class Watch {
   public:
    Watch() = default;
    Watch(Watches& owner, int content, int name, Listener& listener)
        : owner_(&owner), content_(content), name_(name), listener_(&listener) {}
    Watch(Watch&& other) noexcept { *this = std::move(other); }
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();
    /// False: the kernel gives no notice of changes, so the file must be polled.
    bool works() const { return owner_ != nullptr; }

   private:
    Watches* owner_ = nullptr;
    int content_ = -1, name_ = -1;
    Listener* listener_ = nullptr;
  };

  /// Watches the file behind an open descriptor, whatever its name becomes.
  Watch watch(int fd, Listener& listener);

  int content_fd() const { return content_.inotify.fd(); }
  int name_fd() const { return name_.inotify.fd(); }
  /// Calls noticed() of those concerned.
  void drain_content() { content_.drain(); }
  void drain_name() { name_.drain(); }

 private:
  struct Kind {
    void add(int watch, Listener& listener) { listeners.emplace(watch, &listener); }
    void remove(int watch, Listener& listener);
    void drain();
    io::Inotify inotify;
    std::unordered_multimap<int, Listener*> listeners;  // Two targets may name one file.
  };
  Kind content_, name_;
};

}  // namespace components::loki::source_file
