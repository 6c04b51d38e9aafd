#include "telemetry/lru_cache.h"

#include <doctest/doctest.h>

#include <string>

namespace telemetry {

TEST_CASE("lru cache: forgets what was not used for longest") {
  LruCache<std::string, int> cache(2);
  cache.put("a", 1);
  cache.put("b", 2);
  REQUIRE(cache.get("a") != nullptr);
  cache.put("c", 3);
  CHECK(cache.get("b") == nullptr);
  CHECK(*cache.get("a") == 1);
  CHECK(*cache.get("c") == 3);
  CHECK(cache.size() == 2);
}

TEST_CASE("lru cache: a bound of nothing still holds what was put last") {
  LruCache<int, int> cache(0);
  CHECK(cache.put(1, 10) == 10);
  CHECK(cache.put(2, 20) == 20);
  CHECK(cache.get(1) == nullptr);
  CHECK(cache.size() == 1);
}

}  // namespace telemetry
