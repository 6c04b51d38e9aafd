#include "components/prometheus/scrape/series_cache.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace components::prometheus::scrape {
namespace {

using Format = telemetry::wire::ExpositionReader::Format;
using telemetry::Labels;

/// Each sample as "name{label="value"} value@time", the marker as "stale"; sorted, separated by ";
/// ".
std::string show(const Scraped& scraped) {
  std::vector<std::string> lines;
  for (const telemetry::SampleBatch& batch : scraped.batches)
    for (const telemetry::Sample& sample : batch.samples) {
      std::string line;
      telemetry::LabelView label;
      for (auto reader = batch.series->labels(sample.series); reader.next(label);)
        line += label.name == "__name__" ? std::string(label.value)
                                         : fmt::format(" {}={}", label.name, label.value);
      line +=
          telemetry::is_stale_marker(sample.value) ? " stale" : fmt::format(" {}", sample.value);
      lines.push_back(line + fmt::format("@{}", sample.time_ms));
    }
  std::sort(lines.begin(), lines.end());
  return fmt::format("{}", fmt::join(lines, "; "));
}

ScrapeRules rules(Labels target = {}) {
  ScrapeRules out;
  out.labels.target = std::move(target);
  return out;
}

struct ScrapedTarget {
  explicit ScrapedTarget(ScrapeRules rules) : cache(std::move(rules)) {}
  Scraped scrape(std::string_view body, int64_t time, Format format = Format::text) {
    return cache.scrape(body, format, time);
  }
  SeriesCache cache;
};

}  // namespace

TEST_CASE("series cache: labels of the target and of the series become one set") {
  struct Case {
    std::string_view series;
    Labels target;
    bool honor_labels;
    std::string_view want;
  };
  const Case cases[] = {
      {"a", {{"job", "j"}}, false, "a job=j 1@9"},
      {"a{b=\"c\"}", {{"job", "j"}}, false, "a b=c job=j 1@9"},
      {"a{job=\"x\"}", {{"job", "j"}}, false, "a exported_job=x job=j 1@9"},
      {"a{job=\"x\"}", {{"job", "j"}}, true, "a job=x 1@9"},
      {"a{job=\"\"}", {{"job", "j"}}, false, "a job=j 1@9"},
      {"a{job=\"\"}", {{"job", "j"}}, true, "a job=j 1@9"},
      {"a{job=\"x\",exported_job=\"y\"}",
       {{"job", "j"}},
       false,
       "a exported_exported_job=x exported_job=y job=j 1@9"},
      {"a{job=\"x\"}",
       {{"job", "j"}, {"exported_job", "k"}},
       false,
       "a exported_exported_job=x exported_job=k job=j 1@9"},
      {"a{b=\"\"}", {}, false, "a 1@9"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.series);
    ScrapeRules with = rules(c.target);
    with.labels.honor_labels = c.honor_labels;
    const Scraped scraped = ScrapedTarget(with).scrape(std::string(c.series) + " 1\n", 9);
    CHECK_FALSE(scraped.error);
    CHECK(show(scraped) == c.want);
  }
}

TEST_CASE("series cache: bounds of buckets and quantiles are written in one way") {
  constexpr std::pair<std::string_view, std::string_view> kBounds[] = {
      {"1", "1.0"},    {"0.50", "0.5"},        {"1e6", "1e+06"}, {"+Inf", "+Inf"},
      {"inf", "+Inf"}, {"100000", "100000.0"}, {"x", "x"},       {"0.00001", "1e-05"}};
  for (const auto& [in, out] : kBounds) {
    const std::string le = fmt::format("a_bucket{{le=\"{}\"}} 1\n", in);
    CHECK(show(ScrapedTarget(rules()).scrape("# TYPE a histogram\n" + le, 1)) ==
          fmt::format("a_bucket le={} 1@1", out));
    CHECK(show(ScrapedTarget(rules()).scrape("# TYPE a gauge\n" + le, 1)) ==
          fmt::format("a_bucket le={} 1@1", in));
    const std::string quantile = fmt::format("a{{quantile=\"{}\"}} 1\n", in);
    CHECK(show(ScrapedTarget(rules()).scrape("# TYPE a summary\n" + quantile, 1)) ==
          fmt::format("a quantile={} 1@1", out));
  }
  // The type of a family changes from one scrape to the next.
  ScrapedTarget target(rules());
  CHECK(show(target.scrape("# TYPE a gauge\na{le=\"1\"} 1\n", 1)) == "a le=1 1@1");
  CHECK(show(target.scrape("# TYPE a histogram\na{le=\"1\"} 1\n", 2)) ==
        "a le=1 stale@2; a le=1.0 1@2");
}

TEST_CASE("series cache: series that are gone get a marker, once") {
  ScrapedTarget target(rules());
  CHECK(show(target.scrape("a 1\nb 2\nc 3\n", 10)) == "a 1@10; b 2@10; c 3@10");
  CHECK(show(target.scrape("a 4\nc 5\n", 20)) == "a 4@20; b stale@20; c 5@20");
  CHECK(show(target.scrape("c 6\na 7\n", 30)) == "a 7@30; c 6@30");
  const Scraped back = target.scrape("a 8\nb 9\n", 40);
  CHECK(show(back) == "a 8@40; b 9@40; c stale@40");
  CHECK(back.added == 1);
  CHECK(show(target.scrape("", 50)) == "a stale@50; b stale@50");
  CHECK(show(target.scrape("", 60)).empty());
}

TEST_CASE("series cache: a scrape that fails half way leaves markers and nothing else") {
  ScrapedTarget target(rules());
  target.scrape("a 1\nb 2\n", 10);
  const Scraped failed = target.scrape("a 3\nnew 1\nb x\n", 20);
  REQUIRE(failed.error);
  CHECK(failed.error->message == "line 3: expected a value, got \"x\"");
  CHECK(failed.samples == 2);
  CHECK(show(failed) == "a stale@20; b stale@20");
  CHECK(show(target.cache.fail({"connection refused"}, 30)).empty());
  const Scraped again = target.scrape("a 4\nb 5\n", 40);
  CHECK(show(again) == "a 4@40; b 5@40");
  CHECK(again.added == 0);  // As the reference counts: they were there at the last good scrape.
  CHECK(show(target.cache.end(50)) == "a stale@50; b stale@50");
}

TEST_CASE(
    "series cache: a target that fails for ever, with other series each time, fills no memory") {
  ScrapedTarget target(rules());
  target.scrape("a 1\nb 2\n", 1);
  for (int i = 0; i < 1000; ++i)
    CHECK(target.scrape(fmt::format("new{{x=\"{}\"}} 1\na 1\nno value\n", i), 2 + i).error);
  CHECK(target.cache.series() == 2);
  CHECK(show(target.scrape("a 3\nb 4\n", 2000)) == "a 3@2000; b 4@2000");
}

TEST_CASE("series cache: labels in another order are the same series") {
  ScrapedTarget target(rules());
  target.scrape("x{a=\"1\",b=\"2\"} 1\n", 1);
  CHECK(show(target.scrape("x{b=\"2\",a=\"1\"} 2\n", 2)) == "x a=1 b=2 2@2");
  CHECK(show(target.scrape("x{a=\"1\",b=\"2\"} 3\n", 3)) == "x a=1 b=2 3@3");
  CHECK(show(target.scrape("# TYPE x summary\nx{a=\"1\",b=\"2\"} 4\n", 4)) == "x a=1 b=2 4@4");
}

TEST_CASE("series cache: limits fail the scrape, and say which") {
  struct Case {
    std::string_view body;
    uint64_t sample_limit;
    LabelLimits limits;
    std::string_view error;
  };
  const Case cases[] = {
      {"a 1\nb 1\n", 2, {}, ""},
      {"a 1\nb 1\nc 1\n", 2, {}, "3 samples, more than sample_limit 2"},
      {"a{b=\"c\"} 1\n", 0, {.labels = 2}, ""},
      {"a{b=\"c\",d=\"e\"} 1\n",
       0,
       {.labels = 2},
       "a series has 3 labels, more than label_limit 2"},
      {"a{bcdefghij=\"c\"} 1\n",
       0,
       {.name_bytes = 8},
       "the name of the label \"bcdefghij\" is longer than label_name_length_limit 8"},
      {"a{b=\"cdef\"} 1\n",
       0,
       {.value_bytes = 3},
       "the value of the label \"b\" is longer than label_value_length_limit 3"},
      {"a{b=\"c\",b=\"d\"} 1\n", 0, {}, "a series has the label \"b\" twice"},
      {"{\"a.b\"} 1\n", 0, {}, "\"a.b\" is not a legal name of a metric"},
      {"a{\"b.c\"=\"d\"} 1\n", 0, {}, "\"b.c\" is not a legal name of a label"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    ScrapeRules with = rules();
    with.sample_limit = c.sample_limit;
    with.labels.limits = c.limits;
    const Scraped scraped = ScrapedTarget(with).scrape(c.body, 1);
    CHECK((scraped.error ? scraped.error->message : "") == c.error);
  }
  ScrapeRules utf8 = rules();
  utf8.labels.allow_utf8 = true;
  CHECK(show(ScrapedTarget(utf8).scrape("{\"a.b\",\"c.d\"=\"e\"} 1\n", 1)) == "a.b c.d=e 1@1");
}

TEST_CASE("series cache: times of the target are honored, and their series get no marker") {
  const std::string_view body = "a 1 500\nb 2\n";
  ScrapedTarget target(rules());
  CHECK(show(target.scrape(body, 1000)) == "a 1@500; b 2@1000");
  CHECK(show(target.scrape("", 2000)) == "b stale@2000");
  ScrapeRules tracked = rules();
  tracked.track_timestamps_staleness = true;
  ScrapedTarget with_markers(tracked);
  with_markers.scrape(body, 1000);
  CHECK(show(with_markers.scrape("", 2000)) == "a stale@2000; b stale@2000");
  ScrapeRules ignored = rules();
  ignored.honor_timestamps = false;
  CHECK(show(ScrapedTarget(ignored).scrape(body, 1000)) == "a 1@1000; b 2@1000");
  const Scraped future = ScrapedTarget(rules()).scrape("a 1 600001\nb 1 600000\n", 0);
  CHECK(show(future) == "b 1@600000");
  CHECK(future.out_of_bounds == 1);
  CHECK(future.kept == 2);
}

TEST_CASE("series cache: a series that stands twice in a body counts once") {
  ScrapedTarget target(rules());
  const Scraped scraped = target.scrape("a 1\na 2\nb 3\n", 1);
  CHECK(show(scraped) == "a 1@1; b 3@1");
  CHECK(scraped.repeated == 1);
  CHECK(scraped.kept == 3);
  CHECK(show(target.scrape("a 1\na 2\nb 3\n", 2)) == "a 1@2; b 3@2");
  CHECK(show(target.scrape("a 1 5\na 2 6\n", 7)) == "a 1@5; a 2@6; b stale@7");
}

TEST_CASE("series cache: churn leaves few tables, and the right series") {
  ScrapedTarget target(rules());
  for (int i = 0; i < 200; ++i) {
    const std::string body = fmt::format("steady 1\npod{{n=\"{}\"}} 2\nlast 3\n", i);
    const Scraped scraped = target.scrape(body, i);
    const std::string gone = i == 0 ? "" : fmt::format("pod n={} stale@{}", i - 1, i);
    std::vector<std::string> want = {fmt::format("last 3@{}", i),
                                     fmt::format("pod n={} 2@{}", i, i),
                                     fmt::format("steady 1@{}", i)};
    if (!gone.empty()) want.push_back(gone);
    std::sort(want.begin(), want.end());
    CHECK(show(scraped) == fmt::format("{}", fmt::join(want, "; ")));
    CHECK(scraped.batches.size() <= 4);
  }
}

TEST_CASE("series cache: a steady target keeps its table") {
  ScrapedTarget target(rules());
  const Scraped first = target.scrape("a 1\nb 2\n", 1);
  const Scraped second = target.scrape("a 3\nb 4\n", 2);
  REQUIRE(first.batches.size() == 1);
  REQUIRE(second.batches.size() == 1);
  CHECK(first.batches[0].series == second.batches[0].series);
  CHECK(first.added == 2);
  CHECK(second.added == 0);
}

TEST_CASE("series cache: exemplars go with their samples, once, and not when they are too long") {
  ScrapedTarget target(rules());
  const auto exemplars = [&](std::string_view body, int64_t time) {
    size_t count = 0;
    for (const auto& batch : target.scrape(body, time, Format::open_metrics).batches)
      count += batch.exemplars.size();
    return count;
  };
  const std::string body = "a 1 # {trace_id=\"x\"} 2\n# EOF\n";
  CHECK(exemplars(body, 1) == 1);
  CHECK(exemplars(body, 2) == 0);
  CHECK(exemplars("a 1 # {trace_id=\"y\"} 2\n# EOF\n", 3) == 1);
  CHECK(exemplars("a 1 # {t=\"" + std::string(127, 'x') + "\"} 2\n# EOF\n", 4) == 1);
  CHECK(exemplars("a 1 # {t=\"" + std::string(128, 'x') + "\"} 2\n# EOF\n", 5) == 0);
}

}  // namespace components::prometheus::scrape
