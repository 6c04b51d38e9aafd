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

TEST_CASE("metrics: whatever a label or a text of help holds, the page is UTF-8 and whole") {
  Registry registry;
  const auto a =
      registry.counter("a_total", "One\ntwo \\ \"three\" \xff.", {{"t", "\xff\u00e9\n\\\xe2\x82"}});
  CHECK(registry.expose() ==
        "# HELP a_total One\\ntwo \\\\ \"three\" \ufffd.\n# TYPE a_total counter\n"
        "a_total{t=\"\ufffd\u00e9\\n\\\\\ufffd\ufffd\"} 0\n");
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

TEST_CASE("metrics: a histogram counts up to each bound") {
  static constexpr double kBounds[] = {0.005, 1, 1048576};
  Registry registry;
  const auto h = registry.histogram("h_seconds", "H.", {{"host", "x"}}, kBounds);
  h->observe(0.005);
  h->observe(0.5, 3);
  h->observe(2e9);
  CHECK(registry.expose() ==
        "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
        "h_seconds_bucket{host=\"x\",le=\"0.005\"} 1\n"
        "h_seconds_bucket{host=\"x\",le=\"1\"} 4\n"
        "h_seconds_bucket{host=\"x\",le=\"1.048576e+06\"} 4\n"
        "h_seconds_bucket{host=\"x\",le=\"+Inf\"} 5\n"
        "h_seconds_sum{host=\"x\"} 2000000001.505\n"
        "h_seconds_count{host=\"x\"} 5\n");
}

TEST_CASE("metrics: an age grows by itself, and shows as a gauge") {
  Registry registry;
  const auto age = registry.age("lag_seconds", "Lag.", {});
  CHECK(registry.expose() == "# HELP lag_seconds Lag.\n# TYPE lag_seconds gauge\nlag_seconds 0\n");
  const auto now = Age::Clock::now();
  age->set(now - std::chrono::milliseconds(1500));
  CHECK(age->seconds(now) == 1.5);
  CHECK(age->seconds(now + std::chrono::seconds(1)) == 2.5);
  CHECK(age->seconds(now - std::chrono::seconds(2)) == 0);
}
