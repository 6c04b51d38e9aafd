#pragma once

namespace io {

/// Lets any thread end another one's poll(2) or epoll_wait(2). With no descriptor left it is
/// silent: waits that rely on it have a timeout.
class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  /// Readable after notify(), until clear().
  int fd() const { return fd_; }
  void notify() const;
  void clear() const;

 private:
  int fd_ = -1;
};

}  // namespace io
