#pragma once
#include <chrono>
#include <cstdint>

namespace io {

/// How long to wait before the next try of something that fails: a random time between d and 2d
/// (or up to `max`), d doubling from `min`. While the trouble is young (the first minute of
/// waiting) d stays at or under a second, so that a short outage ends soon after the peer is back;
/// a long one is left in peace.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, uint64_t seed);

  std::chrono::milliseconds next();
  /// It worked: begin anew.
  void reset();

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::chrono::milliseconds step_;
  std::chrono::milliseconds waited_{0};
  uint64_t random_;
};

}  // namespace io
