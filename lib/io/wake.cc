#include "io/wake.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace io {

Wake::Wake() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Wake::notify() const {
  const uint64_t one = 1;
  // Fails only when the count is full, and then the descriptor is readable anyway.
  [[maybe_unused]] const ssize_t n = ::write(fd_.get(), &one, sizeof one);
}

void Wake::clear() const {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = ::read(fd_.get(), &count, sizeof count);
}

}  // namespace io
