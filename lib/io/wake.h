#pragma once
#include <stop_token>

#include "base/descriptor.h"

namespace io {

/// Lets any thread end another one's poll(2) or epoll_wait(2). When no descriptor is left it does
/// nothing: waits that rely on it have a timeout.
class Wake {
 public:
  Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  /// Readable after notify(), until clear(). -1 when no descriptor was left.
  int fd() const { return fd_.get(); }
  void notify() const;
  void clear() const;

 private:
  base::Descriptor fd_;
};

/// A stop request as a file descriptor that poll(2) can wait for: readable once `stop` is
/// requested.
class StopEvent {
 public:
  explicit StopEvent(std::stop_token stop) : on_stop_(std::move(stop), Notify{wake_}) {}

  int fd() const { return wake_.fd(); }

 private:
  struct Notify {
    const Wake& wake;
    void operator()() const { wake.notify(); }
  };

  Wake wake_;                           // Outlives the callback below.
  std::stop_callback<Notify> on_stop_;  // Its destructor waits for a running call.
};

}  // namespace io
