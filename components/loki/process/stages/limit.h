#pragma once
#include <algorithm>
#include <chrono>

#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

/// Lets `rate` tokens a second through, and up to `burst` at once after a rest. Full to begin with.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(double rate, double burst, Clock::time_point now)
      : rate_(rate), burst_(burst), tokens_(burst), at_(now) {}

  /// Adds what has come together up to now.
  void fill(Clock::time_point now) {
    if (now <= at_) return;
    const std::chrono::duration<double> passed = now - at_;
    tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
    at_ = now;
  }
  bool take() {
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  /// Until when to wait for `count` tokens, or for as many as it can hold; a day at most.
  Clock::time_point ready(size_t count) const {
    const double missing = std::min(burst_, static_cast<double>(count)) - tokens_;
    const std::chrono::duration<double> wait(std::clamp(missing / rate_, 0.0, 86'400.0));
    return at_ + std::chrono::ceil<Clock::duration>(wait);
  }

 private:
  double rate_;
  double burst_;
  double tokens_;
  Clock::time_point at_;
};

struct LimitArgs {
  double rate = 0;
  int64_t burst = 0;
  bool drop = false;
  std::string by_label_name;
  int64_t max_distinct_labels = 0;
};

extern const StageKindOf<LimitArgs> kLimit;

}  // namespace components::loki::process::stages
