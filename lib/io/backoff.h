#pragma once
#include <chrono>
#include <cstdint>

namespace io {

/// Between which times a Backoff waits.
struct RetryLimits {
  std::chrono::milliseconds min;
  std::chrono::milliseconds max;
};
/// For what is on this host and comes back soon: the Docker daemon, the journal.
inline constexpr RetryLimits kRetryLocal{std::chrono::milliseconds(250),
                                         std::chrono::milliseconds(5'000)};
/// Pauses that do not grow, for tries that cost next to nothing: to open a file, to bind an
/// address.
inline constexpr std::chrono::milliseconds kRetryFile{1'000};
inline constexpr std::chrono::milliseconds kRetryBind{5'000};

/// How long to wait before the next try of something that fails: a random time between d and 2d
/// (or up to `max`), d doubling from `min`. While the trouble is young (the first minute of
/// waiting) d stays at or under a second, so that a short outage ends soon after the peer is back;
/// a long one is tried rarely.
class Backoff {
 public:
  Backoff(const RetryLimits& limits, uint64_t seed) : Backoff(limits.min, limits.max, seed) {}
  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, uint64_t seed);

  std::chrono::milliseconds next();
  /// It worked: start again from `min`.
  void reset();

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::chrono::milliseconds step_;
  std::chrono::milliseconds waited_{0};
  uint64_t random_;
};

}  // namespace io
