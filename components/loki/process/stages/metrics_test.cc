#include <doctest/doctest.h>

#include "components/loki/process/fixture.h"
#include "telemetry/line_metrics.h"

namespace components::loki::process::stages {
namespace {

using telemetry::MetricFamilies;
using telemetry::MetricFamily;
using telemetry::MetricSpec;

/// The lines of /metrics about these metrics, without comments and the label of the component.
std::string shown(std::string_view prefix, Clock::time_point now = Clock::now()) {
  const std::string all = MetricFamilies::of_process().expose(now);
  std::string out;
  for (size_t at = 0; at < all.size();) {
    const size_t end = all.find('\n', at);
    std::string line = all.substr(at, end + 1 - at);
    at = end + 1;
    if (!line.starts_with(prefix)) continue;
    constexpr std::string_view kComponent = "component_id=\"t\"";
    line.erase(line.find(kComponent), kComponent.size());
    out += line;
  }
  return out;
}

std::string metrics(std::string_view inner) {
  return fmt::format(
      "stage.regex {{\n expression = \"n=(?P<n>\\\\S+)\"\n}}\nstage.metrics {{\n{}\n}}\n", inner);
}

constexpr auto kHour = std::chrono::hours(1);

}  // namespace

TEST_CASE("stage.metrics: counters") {
  Fixture fixture(metrics(R"(
    metric.counter {
      name = "inc_total"
      description = "Lines \"with\" n\\."
      source = "n"
      action = "inc"
    }
    metric.counter {
      name = "add_total"
      source = "n"
      action = "add"
    }
    metric.counter {
      name = "all_total"
      match_all = true
      action = "inc"
    }
    metric.counter {
      name = "bytes_total"
      match_all = true
      count_entry_bytes = true
      action = "add"
    }
    metric.counter {
      name = "equal_total"
      source = "n"
      value = "2.5"
      action = "inc"
    }
    metric.counter {
      name = "n"
      prefix = "mine_a_"
      action = "inc"
    })"));
  REQUIRE(fixture.checked.messages.empty());
  const std::string texts =
      "{job=\"j\"} n=1\n{job=\"j\"} n=2.5\n{job=\"j\"} n=-1\n{job=\"j\"} n=1m\n"
      "{job=\"j\"} n=x\n{job=\"j\"} none\n";
  CHECK(fixture.run({"n=1", "n=2.5", "n=-1", "n=1m", "n=x", "none"}) == texts);
  CHECK(shown("loki_process_custom_") ==
        "loki_process_custom_add_total{,job=\"j\"} 63.5\n"
        "loki_process_custom_all_total{,job=\"j\"} 6\n"
        "loki_process_custom_bytes_total{,job=\"j\"} 23\n"
        "loki_process_custom_equal_total{,job=\"j\"} 1\n"
        "loki_process_custom_inc_total{,job=\"j\"} 5\n");
  CHECK(shown("mine_a_") == "mine_a_n{,job=\"j\"} 5\n");
  const std::string all = MetricFamilies::of_process().expose();
  CHECK(all.find("# HELP loki_process_custom_inc_total Lines \"with\" n\\\\.\n"
                 "# TYPE loki_process_custom_inc_total counter\n") != std::string::npos);
}

TEST_CASE("stage.metrics: gauges and histograms") {
  Fixture fixture(metrics(R"(
    metric.gauge {
      name = "set"
      prefix = "mine_b_"
      source = "n"
      action = "set"
    }
    metric.gauge {
      name = "sum"
      prefix = "mine_b_"
      source = "n"
      action = "add"
    }
    metric.gauge {
      name = "rest"
      prefix = "mine_b_"
      source = "n"
      action = "sub"
    }
    metric.gauge {
      name = "down"
      prefix = "mine_b_"
      source = "n"
      action = "dec"
    }
    metric.histogram {
      name = "h"
      prefix = "mine_b_"
      source = "n"
      buckets = [0.5, 2]
    })"));
  REQUIRE(fixture.checked.messages.empty());
  fixture.run({"n=0.5", "n=2", "n=-1", "n=x", "n=7", "n=500ms"});
  CHECK(shown("mine_b_") ==
        "mine_b_down{,job=\"j\"} -6\n"
        "mine_b_h_bucket{,job=\"j\",le=\"0.5\"} 3\n"
        "mine_b_h_bucket{,job=\"j\",le=\"2\"} 4\n"
        "mine_b_h_bucket{,job=\"j\",le=\"+Inf\"} 5\n"
        "mine_b_h_sum{,job=\"j\"} 9\n"
        "mine_b_h_count{,job=\"j\"} 5\n"
        "mine_b_rest{,job=\"j\"} -9\n"
        "mine_b_set{,job=\"j\"} 0.5\n"
        "mine_b_sum{,job=\"j\"} 9\n");
}

TEST_CASE("stage.metrics: labels at this point of the pipeline, and those that no metric has") {
  Fixture fixture(R"(
    stage.static_labels {
      values = { env = "x\"\n" }
    }
    stage.metrics {
      metric.counter {
        name = "c"
        prefix = "mine_c_"
        match_all = true
        action = "inc"
      }
      metric.histogram {
        name = "h"
        prefix = "mine_c_"
        source = "job"
        buckets = []
      }
    }
    stage.static_labels {
      values = { after = "x" }
    })");
  REQUIRE(fixture.checked.messages.empty());
  const telemetry::Labels labels{{"job", "7"},          {"__path__", "/x"}, {"a.b", "1"},
                                 {"component_id", "y"}, {"le", "1"},        {"bad", "\xff"}};
  fixture.process(lines({"a"}, labels));
  CHECK(shown("mine_c_") ==
        "mine_c_c{,bad=\"\uFFFD\",env=\"x\\\"\\n\",job=\"7\",le=\"1\"} 1\n"
        "mine_c_h_bucket{,bad=\"\uFFFD\",env=\"x\\\"\\n\",job=\"7\",le=\"+Inf\"} 1\n"
        "mine_c_h_sum{,bad=\"\uFFFD\",env=\"x\\\"\\n\",job=\"7\"} 7\n"
        "mine_c_h_count{,bad=\"\uFFFD\",env=\"x\\\"\\n\",job=\"7\"} 1\n");
}

TEST_CASE("stage.metrics: an idle series is shown once more, and begins anew") {
  Fixture fixture(metrics(R"(
    metric.counter {
      name = "c"
      prefix = "mine_d_"
      match_all = true
      max_idle_duration = "1m"
      action = "inc"
    })"));
  fixture.run({"a", "b"});
  CHECK(shown("mine_d_") == "mine_d_c{,job=\"j\"} 2\n");
  CHECK(shown("mine_d_", Clock::now() + kHour) == "mine_d_c{,job=\"j\"} 2\n");
  CHECK(shown("mine_d_").empty());
  fixture.run({"c"});
  CHECK(shown("mine_d_") == "mine_d_c{,job=\"j\"} 1\n");
  fixture.destroy();
  CHECK(shown("mine_d_").empty());
}

TEST_CASE("stage.metrics: a reload keeps what is alike, and a name has one type") {
  const std::string counter = metrics(R"(
    metric.counter {
      name = "c"
      prefix = "mine_e_"
      match_all = true
      action = "inc"
    })");
  Fixture before(counter), after(counter);
  before.run({"a"});
  after.run({"b"});
  CHECK(shown("mine_e_") == "mine_e_c{,job=\"j\"} 2\n");
  auto& all = MetricFamilies::of_process();
  MetricSpec spec{MetricSpec::Type::gauge, "other", "mine_e_c", "", kHour, {}};
  CHECK(all.share(spec) == nullptr);
  spec.component = "t";
  const auto gauge = all.share(spec);  // This component's is another now.
  REQUIRE(gauge != nullptr);
  CHECK(all.share(spec) == gauge);
  CHECK(shown("mine_e_").empty());
}

TEST_CASE("stage.metrics: the number of series has a bound") {
  const std::vector<MetricFamily::Update> one{{0, 1}};
  MetricFamily family(MetricSpec{MetricSpec::Type::counter, "t", "mine_f", "", kHour, {}});
  const auto count = [&](size_t number) {
    const telemetry::Labels labels{{"id", std::to_string(number)}};
    return family.apply(MetricFamily::Step::add, one, {&labels, 1}, Clock::now());
  };
  for (size_t i = 0; i < MetricFamily::kSeriesMax; ++i) REQUIRE(count(i) == 0);
  CHECK(count(MetricFamily::kSeriesMax) == 1);
  CHECK(count(0) == 0);
}

TEST_CASE("stage.metrics: what no metric can be is refused") {
  struct Case {
    std::string_view arguments, code;
  };
  for (const auto& c :
       {Case{"metric.counter {\nname = \"c\"\naction = \"set\"\n}", "C025"},
        Case{"metric.gauge {\nname = \"c\"\naction = \"observe\"\n}", "C025"},
        Case{"metric.counter {\nname = \"a-b\"\naction = \"inc\"\n}", "C122"},
        Case{"metric.counter {\nname = \"c\"\nprefix = \"tributary_\"\naction = \"inc\"\n}",
             "C122"},
        Case{"metric.counter {\nname = \"c\"\naction = \"inc\"\nmax_idle_duration = \"10ms\"\n}",
             "C088"},
        Case{"metric.counter {\nname = \"c\"\naction = \"inc\"\nmatch_all = true\nvalue = \"x\"\n}",
             "C043"},
        Case{"metric.counter {\nname = \"c\"\naction = \"inc\"\nmatch_all = "
             "true\ncount_entry_bytes = true\n}",
             "C083"},
        Case{"metric.histogram {\nname = \"c\"\nbuckets = [1, 1]\n}", "C088"},
        Case{"metric.gauge {\nname = \"c\"\naction = \"inc\"\n}\nmetric.counter {\nname = "
             "\"c\"\naction = \"inc\"\n}",
             "C122"}}) {
    CAPTURE(c.arguments);
    const auto checked = check(fmt::format("stage.metrics {{\n{}\n}}\n", c.arguments));
    CHECK(checked.codes == std::vector<std::string>{std::string(c.code)});
  }
}

}  // namespace components::loki::process::stages
