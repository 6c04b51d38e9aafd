#include "components/prometheus/scrape/target.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "components/shared/targets.h"

namespace components::prometheus::scrape {
namespace {

using namespace std::chrono_literals;

TargetDefaults defaults() {
  TargetDefaults out;
  out.job = "prometheus.scrape.x";
  out.interval = 60s;
  out.timeout = 10s;
  return out;
}

}  // namespace

TEST_CASE("scrape target: labels that begin with __ say where, the others go with each series") {
  struct Case {
    river::schema::Target target;
    std::string_view key;
  };
  const Case cases[] = {
      {{{"__address__", "h:9100"}},
       "http://h:9100/metrics\ninstance=h:9100\njob=prometheus.scrape.x"},
      {{{"__address__", "h"}}, "http://h/metrics\ninstance=h\njob=prometheus.scrape.x"},
      {{{"__address__", "h:1"}, {"__scheme__", "https"}, {"__metrics_path__", "m"}},
       "https://h:1/m\ninstance=h:1\njob=prometheus.scrape.x"},
      {{{"__address__", "[::1]:9"}, {"job", "own"}, {"instance", "me"}, {"empty", ""}},
       "http://[::1]:9/metrics\ninstance=me\njob=own"},
      {{{"__address__", "h:1"}, {"__meta_x", "y"}, {"zone", "z"}, {"__param_q", "a b&c"}},
       "http://h:1/metrics?p=1&p=2&q=a+b%26c\ninstance=h:1\njob=prometheus.scrape.x\nzone=z"},
      {{{"__address__", "h:1"}, {"__param_p", "0"}},
       "http://h:1/metrics?p=0&p=2\ninstance=h:1\njob=prometheus.scrape.x"},
  };
  for (const Case& c : cases) {
    TargetDefaults with = defaults();
    if (c.key.find('?') != std::string_view::npos) with.params["p"] = {"1", "2"};
    const auto target = read_target(c.target, with);
    REQUIRE(target);
    CHECK(target->key() == c.key);
    CHECK(target->interval == 60s);
    CHECK(target->timeout == 10s);
  }
  const auto own_times = read_target(
      {{"__address__", "h:1"}, {"__scrape_interval__", "15s"}, {"__scrape_timeout__", "5s"}},
      defaults());
  REQUIRE(own_times);
  CHECK(own_times->interval == 15s);
  CHECK(own_times->timeout == 5s);
}

TEST_CASE("scrape target: what cannot be scraped says why") {
  struct Case {
    river::schema::Target target;
    std::string_view error;
  };
  const Case cases[] = {
      {{{"job", "x"}}, "a target has no __address__"},
      {{{"__address__", ""}}, "a target has no __address__"},
      {{{"__address__", "http://h:1"}}, "__address__ = \"http://h:1\" holds a /: it is host:port"},
      {{{"__address__", "h:1"}, {"__scheme__", "ftp"}},
       "__scheme__ = \"ftp\" is neither http nor https"},
      {{{"__address__", "h:1"}, {"__scrape_interval__", "soon"}},
       "__scrape_interval__ = \"soon\" is not a duration above 0"},
      {{{"__address__", "h:1"}, {"__scrape_interval__", "5s"}},
       "the timeout of h:1 is above its interval"},
  };
  for (const Case& c : cases) {
    const auto target = read_target(c.target, defaults());
    REQUIRE_FALSE(target);
    CHECK(target.error().message == c.error);
  }
}

TEST_CASE("scrape target: scrapes are spread over the interval, and keep their offset") {
  constexpr int64_t kNow = 1'700'000'000'000'000'000;
  std::set<int64_t> tenths;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "http://host" + std::to_string(i);
    const int64_t next = next_scrape(key, 7, 10s, kNow);
    CHECK(next > kNow);
    CHECK(next <= kNow + std::chrono::nanoseconds(10s).count());
    CHECK(next_scrape(key, 7, 10s, next) == next + std::chrono::nanoseconds(10s).count());
    CHECK(next_scrape(key, 7, 10s, next - 1) == next);
    tenths.insert((next - kNow) / std::chrono::nanoseconds(1s).count());
  }
  CHECK(tenths.size() == 10);
}

}  // namespace components::prometheus::scrape
