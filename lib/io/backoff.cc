#include "io/backoff.h"

#include <algorithm>

namespace io {
namespace {

constexpr std::chrono::milliseconds kYoung{60000};
constexpr std::chrono::milliseconds kYoungStepMax{1000};

/// SplitMix64: small, seedable, good enough to spread tries.
uint64_t next_random(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Backoff::Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, uint64_t seed)
    : min_(std::max(min, std::chrono::milliseconds(1))),
      max_(std::max(max, min_)),
      step_(min_),
      random_(seed) {}

std::chrono::milliseconds Backoff::next() {
  const auto spread = static_cast<uint64_t>(step_.count());
  const std::chrono::milliseconds jitter(next_random(random_) % spread);
  const auto wait = std::min(step_ + jitter, max_);
  waited_ += wait;
  const auto step_max = waited_ < kYoung ? std::max(kYoungStepMax, min_) : max_;
  step_ = std::min({step_ * 2, step_max, max_});
  return wait;
}

void Backoff::reset() {
  step_ = min_;
  waited_ = {};
}

}  // namespace io
