#include "base/metrics.h"

#include <doctest/doctest.h>

using namespace base::metrics;

TEST_CASE("metrics: the exposition names every living series once, sorted") {
  Registry registry;
  const auto b = registry.counter("b_total", "Second.", {{"reason", "a\"b"}});
  const auto again = registry.counter("b_total", "Second.", {{"reason", "a\"b"}});
  const auto a = registry.gauge("a", "First.", {});
  b->add(2);
  again->add(3);
  a->set(1.5);
  CHECK(registry.expose() ==
        "# HELP a First.\n# TYPE a gauge\na 1.5\n"
        "# HELP b_total Second.\n# TYPE b_total counter\nb_total{reason=\"a\\\"b\"} 5\n");
}

TEST_CASE("metrics: a series goes with its last holder") {
  Registry registry;
  { const auto gone = Scope(registry, "loki.write.x").counter("c_total", "C."); }
  CHECK(registry.expose().empty());
}

TEST_CASE("metrics: dead series are forgotten without a scrape, living ones are not") {
  Registry registry;
  const auto kept = registry.counter("d_total", "D.", {{"tenant", "kept"}});
  kept->add(7);
  for (int i = 0; i < 10'000; ++i)
    registry.counter("d_total", "D.", {{"tenant", std::to_string(i)}})->add(1);
  CHECK(registry.size() <= 64);
  CHECK(registry.counter("d_total", "D.", {{"tenant", "kept"}})->value() == 7);
}
