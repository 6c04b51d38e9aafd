#include "io/backoff.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("backoff: between d and 2d, close to the peer in the first minute, then up to the max") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    io::Backoff backoff(500ms, 300s, seed);
    const auto first = backoff.next();
    CHECK(first >= 500ms);
    CHECK(first < 1000ms);
    auto waited = first;
    while (waited < 60s) {
      const auto next = backoff.next();
      CHECK(next >= 1000ms);
      CHECK(next < 2000ms);
      waited += next;
    }
    for (int i = 0; i < 20; ++i) CHECK(backoff.next() <= 300s);
    CHECK(backoff.next() == 300s);
    backoff.reset();
    CHECK(backoff.next() < 1000ms);
  }
}

TEST_CASE("backoff: odd bounds") {
  io::Backoff none(0ms, 0ms, 1);
  CHECK(none.next() == 1ms);
  io::Backoff crossed(2s, 1s, 1);
  CHECK(crossed.next() == 2s);
}
