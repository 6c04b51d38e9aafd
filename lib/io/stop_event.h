#pragma once
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <stop_token>

namespace io {

/// A stop request as a file descriptor that poll(2) can wait for: readable once `stop` is
/// requested.
class StopEvent {
 public:
  explicit StopEvent(std::stop_token stop)
      : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), on_stop_(std::move(stop), Signal{fd_}) {}
  ~StopEvent() = default;
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  int fd() const { return fd_.number; }

 private:
  struct Descriptor {
    explicit Descriptor(int n) : number(n) {}
    ~Descriptor() {
      if (number >= 0) close(number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number;
  };
  struct Signal {
    const Descriptor& descriptor;
    void operator()() const {
      const uint64_t one = 1;
      // The counter of a fresh eventfd cannot overflow, so the write cannot fail.
      [[maybe_unused]] const ssize_t written = write(descriptor.number, &one, sizeof(one));
    }
  };

  Descriptor fd_;                       // Outlives the callback below.
  std::stop_callback<Signal> on_stop_;  // Its destructor waits for a running call.
};

}  // namespace io
