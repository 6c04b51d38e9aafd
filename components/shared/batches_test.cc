#include "components/shared/batches.h"

#include <doctest/doctest.h>

namespace components {

TEST_CASE("timestamps: each is another one, and the clock is followed when it is set back") {
  constexpr int64_t kSecond = 1'000'000'000;
  constexpr int64_t kNow = 1'700'000'000 * kSecond;
  UniqueTimestamps stamps;
  CHECK(stamps.take(10, kNow) == kNow);
  CHECK(stamps.take(5, kNow) == kNow + 10);                // The clock's tick is coarse.
  CHECK(stamps.take(1, kNow - kSecond / 2) == kNow + 15);  // Slewed, or a small step.
  CHECK(stamps.take(1, kNow + kSecond) == kNow + kSecond);
  CHECK(stamps.take(2, kNow - 3600 * kSecond) == kNow - 3600 * kSecond);
  CHECK(stamps.take(1, kNow - 3600 * kSecond) == kNow - 3600 * kSecond + 2);
}

}  // namespace components
