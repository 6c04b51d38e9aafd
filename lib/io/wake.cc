#include "io/wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace io {

Wake::Wake() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Wake::~Wake() {
  if (fd_ >= 0) ::close(fd_);
}

void Wake::notify() const {
  const uint64_t one = 1;
  // Fails only when the count is full, and then the descriptor is readable anyway.
  [[maybe_unused]] const ssize_t n = ::write(fd_, &one, sizeof one);
}

void Wake::clear() const {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(fd_, &count, sizeof count);
}

}  // namespace io
