#include "components/otelcol/exporter_prometheus/exporter.h"

#include <doctest/doctest.h>

#include <bit>

#include "components/otelcol/exporter_prometheus/names.h"
#include "components/otelcol/exporter_prometheus/points.h"
#include "components/otelcol/shared/testing.h"
#include "telemetry/labels.h"

namespace components::otelcol::exporter_prometheus {
namespace {

using telemetry::Signal;

/// Keeps samples as lines: NAME{LABELS} VALUE TIME.
struct SampleLines final : telemetry::SampleReceiver {
  void receive(telemetry::SampleBatch batch) override {
    for (const auto& sample : batch.samples) {
      std::string value = std::to_string(sample.value);
      value.erase(value.find_last_not_of('0') + 1);
      if (value.back() == '.') value.pop_back();
      if (telemetry::is_stale_marker(sample.value)) value = "stale";
      const bool is_info = batch.series->get(sample.series, "__name__") == "target_info";
      lines.push_back(series(batch, sample.series) + " " + value + " " +
                      (is_info ? "now" : std::to_string(sample.time_ms)));
    }
    for (const auto& exemplar : batch.exemplars)
      exemplars.push_back(series(batch, exemplar.series) + " " + std::to_string(exemplar.time_ms) +
                          " " + std::to_string(batch.text(exemplar.message).size()));
    for (const auto& histogram : batch.histograms)
      lines.push_back(series(batch, histogram.series) + " histogram " +
                      std::to_string(histogram.time_ms));
    batches.push_back(std::move(batch));
  }
  static std::string series(const telemetry::SampleBatch& batch, uint32_t index) {
    std::string name, labels;
    auto reader = batch.series->labels(index);
    for (telemetry::LabelView label; reader.next(label);) {
      if (label.name == "__name__")
        name = label.value;
      else
        labels +=
            (labels.empty() ? "" : ",") + std::string(label.name) + "=" + std::string(label.value);
    }
    return name + "{" + labels + "}";
  }
  std::vector<std::string> lines, exemplars;
  std::vector<telemetry::SampleBatch> batches;
};

struct PrometheusRig {
  explicit PrometheusRig(Arguments arguments = {}) {
    arguments.forward_to = {{lines}};
    converter.set(arguments);
    converter.set_next({lines});
  }
  std::vector<std::string> run(std::string_view metric, std::string_view resource = "") {
    lines->lines.clear();
    lines->exemplars.clear();
    converter.receive(batch_of(Signal::metrics,
                               R"({"resourceMetrics":[{"resource":{"attributes":[)" +
                                   std::string(resource) + R"(]},"scopeMetrics":[{"metrics":[{)" +
                                   std::string(metric) + "}]}]}]}"));
    return lines->lines;
  }
  bool has_metric(std::string_view line) {
    return registry.expose().find(line) != std::string::npos;
  }
  base::metrics::Registry registry;
  std::shared_ptr<SampleLines> lines = std::make_shared<SampleLines>();
  ToSamples converter{{registry, "x"}, base::Logger("x")};
};

std::string gauge(std::string_view point) {
  return R"("name":"g","gauge":{"dataPoints":[{"timeUnixNano":"5000000","asInt":"7")" +
         std::string(point) + "}]}";
}

using Texts = std::vector<std::string>;

const std::string kShop = R"({"key":"service.name","value":{"stringValue":"shop"}},)"
                          R"({"key":"service.namespace","value":{"stringValue":"ns"}},)"
                          R"({"key":"service.instance.id","value":{"stringValue":"i1"}})";

}  // namespace

TEST_CASE("otelcol.exporter.prometheus: names of metrics") {
  struct Case {
    MetricName in;
    std::string_view with, without;
  };
  const auto counter = [](std::string_view name, std::string_view unit = "") {
    return MetricName{.name = name, .unit = unit, .is_counter = true};
  };
  const auto gauge_of = [](std::string_view name, std::string_view unit = "") {
    return MetricName{.name = name, .unit = unit, .is_gauge = true};
  };
  // The first ones were run through the reference (otlp.md 2.11).
  for (const Case& c : {
           Case{counter("total.x"), "x_total", "total_x"},
           Case{gauge_of("a:b"), "a_b", "a:b"},
           Case{gauge_of("a__b..c_"), "a_b_c", "a__b_c_"},
           Case{gauge_of("1st"), "_1st", "_1st"},
           Case{gauge_of("io", "By/s"), "io_bytes_per_second", "io"},
           Case{gauge_of("x", "By/{packet}"), "x_bytes", "x"},
           Case{gauge_of("x", "kBy"), "x_kBy", "x"},
           Case{gauge_of("x", "m^2"), "x_m_2", "x"},
           Case{gauge_of("x.per.second", "1/s"), "x_per_second", "x_per_second"},
           Case{{.name = "queue.length", .unit = "1"}, "queue_length", "queue_length"},
           Case{gauge_of("io", "{req}/s"), "io_per_second", "io"},
           Case{counter("x_total", "1"), "x_total", "x_total"},
           Case{gauge_of("used", "1"), "used_ratio", "used"},
           Case{gauge_of("ratio.used", "1"), "used_ratio", "ratio_used"},
           Case{gauge_of("depth", "fathom"), "depth_fathom", "depth"},
           Case{gauge_of("cpu.seconds", "s"), "cpu_seconds", "cpu_seconds"},
           Case{gauge_of("t", "Cel"), "t_celsius", "t"},
           Case{gauge_of("t", "%"), "t_percent", "t"},
           Case{gauge_of(".x."), "x", "x"},
           Case{gauge_of("字"), "", ""},
           Case{gauge_of("", "s"), "", ""},
       }) {
    CAPTURE(c.in.name);
    CHECK(metric_name(c.in, true) == c.with);
    CHECK(metric_name(c.in, false) == c.without);
  }
}

TEST_CASE("otelcol.exporter.prometheus: names of labels") {
  struct Case {
    std::string_view in, out;
  };
  for (const Case& c : {Case{"a..b", "a__b"}, Case{"service.name", "service_name"},
                        Case{"1x", "key_1x"}, Case{"_x", "key_x"}, Case{"__x__", "__x__"},
                        Case{"字", "key_"}, Case{"a字b", "a_b"}, Case{"", ""}})
    CHECK_MESSAGE(label_name(c.in) == c.out, c.in);
}

TEST_CASE("otelcol.exporter.prometheus: labels of the point and of its resource") {
  PrometheusRig rig;
  const std::string zone = R"({"key":"zone","value":{"intValue":"3"}})";
  CHECK(rig.run(gauge(R"(,"attributes":[)" + zone + "]"), kShop) ==
        Texts{"g{instance=i1,job=ns/shop,zone=3} 7 5"});
  // The resource says more than who it is: target_info, once a minute.
  const std::string with_zone = kShop + "," + zone;
  CHECK(
      rig.run(gauge(""), with_zone) ==
      Texts{"g{instance=i1,job=ns/shop} 7 5", "target_info{instance=i1,job=ns/shop,zone=3} 1 now"});
  CHECK(rig.run(gauge(""), with_zone) == Texts{"g{instance=i1,job=ns/shop} 7 5"});
  Arguments arguments;
  arguments.include_target_info = false;
  arguments.resource_to_telemetry_conversion = true;
  PrometheusRig all(arguments);
  CHECK(all.run(gauge(R"(,"attributes":[{"key":"zone","value":{"stringValue":"point"}}])"),
                with_zone) == Texts{"g{instance=i1,job=ns/shop,service_instance_id=i1,service_name="
                                    "shop,service_namespace=ns,zone=3} 7 5"});
}

TEST_CASE("otelcol.exporter.prometheus: sums, and points that say nothing") {
  PrometheusRig rig;
  const auto sum = [](std::string_view more, std::string_view point = R"("asDouble":1.5)") {
    return R"("name":"s","unit":"By","sum":{"dataPoints":[{"timeUnixNano":"5999999",)" +
           std::string(point) + "}]," + std::string(more) + "}";
  };
  CHECK(rig.run(sum(R"("aggregationTemporality":2,"isMonotonic":true)")) ==
        Texts{"s_bytes_total{} 1.5 5"});
  CHECK(rig.run(sum(R"("aggregationTemporality":2)")) == Texts{"s_bytes{} 1.5 5"});
  CHECK(rig.run(sum(R"("aggregationTemporality":1)")).empty());
  CHECK(rig.run(sum(R"("isMonotonic":true)")).empty());
  CHECK(rig.has_metric("unit=\"data_points\",reason=\"delta\",intentional=\"false\"} 2\n"));
  CHECK(rig.run(sum(R"("aggregationTemporality":2)", R"("asInt":"-1","flags":1)")) ==
        Texts{"s_bytes{} stale 5"});
  CHECK(rig.run(R"("name":"n","gauge":{"dataPoints":[{}]})") == Texts{"n{} 0 0"});
  CHECK(rig.run(R"("name":"字","gauge":{"dataPoints":[{}]})").empty());
}

TEST_CASE("otelcol.exporter.prometheus: a point older than the last is dropped") {
  PrometheusRig rig;
  const auto at = [](int ms) {
    return R"("name":"g","gauge":{"dataPoints":[{"asInt":"1","timeUnixNano":")" +
           std::to_string(ms) + R"(000000"}]})";
  };
  CHECK(rig.run(at(5)).size() == 1);
  CHECK(rig.run(at(4)).empty());
  CHECK(rig.run(at(5)).size() == 1);
  CHECK(rig.run(at(6)).size() == 1);
  CHECK(rig.has_metric("reason=\"out_of_order\",intentional=\"false\"} 1\n"));
  LastTimes times;
  const auto start = LastTimes::Clock::time_point() + std::chrono::hours(1);
  CHECK(times.accepts(1, 5, start));
  times.forget_idle(start + LastTimes::kIdleMax, std::chrono::minutes(1));
  CHECK(times.size() == 1);
  times.forget_idle(start + LastTimes::kIdleMax + std::chrono::minutes(2), std::chrono::minutes(1));
  CHECK(times.size() == 0);
}

TEST_CASE("otelcol.exporter.prometheus: histograms and summaries") {
  PrometheusRig rig;
  const auto histogram = [](std::string_view point) {
    return R"("name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":)"
           R"("5000000",)" +
           std::string(point) + "}]}";
  };
  // Bounds in any order; +Inf is the count.
  CHECK(rig.run(histogram(
            R"("count":"6","sum":9.5,"explicitBounds":[10,0.5],"bucketCounts":["2","1","3"])")) ==
        Texts{"h_sum{} 9.5 5", "h_count{} 6 5", "h_bucket{le=0.5} 1 5", "h_bucket{le=10} 3 5",
              "h_bucket{le=+Inf} 6 5"});
  CHECK(rig.run(histogram(R"("count":"6")")) == Texts{"h_count{} 6 5", "h_bucket{le=+Inf} 6 5"});
  CHECK(rig.run(histogram(R"("count":"6","sum":1,"flags":1)")) ==
        Texts{"h_sum{} stale 5", "h_count{} stale 5", "h_bucket{le=+Inf} stale 5"});
  CHECK(rig.run(histogram(R"("count":"6","explicitBounds":[1],"bucketCounts":["2"])")).empty());
  CHECK(rig.has_metric("reason=\"invalid\",intentional=\"false\"} 1\n"));
  CHECK(rig.run(R"("name":"q","unit":"s","summary":{"dataPoints":[{"timeUnixNano":"5000000",)"
                R"("count":"2","sum":3,"quantileValues":[{"quantile":0.5,"value":1},)"
                R"({"quantile":1,"value":2}]}]})") ==
        Texts{"q_seconds_sum{} 3 5", "q_seconds_count{} 2 5", "q_seconds{quantile=0.5} 1 5",
              "q_seconds{quantile=1} 2 5"});
  // Twelve samples, and three, of points that were converted.
  CHECK(rig.has_metric("received_total{component_id=\"x\",unit=\"data_points\"} 5\n"));
  CHECK(rig.has_metric("created_total{component_id=\"x\",unit=\"data_points\"} 10\n"));
  CHECK(rig.has_metric("sent_total{component_id=\"x\",unit=\"samples\"} 14\n"));
}

TEST_CASE("otelcol.exporter.prometheus: exemplars with ids go to the bucket of their value") {
  PrometheusRig rig;
  const std::string trace = R"("traceId":"5b8efff798038103d269b633813fc60c")";
  const auto exemplars = R"("exemplars":[{"timeUnixNano":"4000000","asDouble":1,)" + trace +
                         R"(},{"asDouble":3,)" + trace + R"(},{"asDouble":0},)" +
                         R"({"asDouble":0,"traceId":"00000000000000000000000000000000"}])";
  rig.run(R"("name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{"count":"2",)"
          R"("explicitBounds":[1,2],"bucketCounts":["1","0","1"],)" +
          exemplars + "}]}");
  CHECK(rig.lines->exemplars.size() == 2);
  CHECK(rig.lines->exemplars[0].starts_with("h_bucket{le=1} 4 "));
  CHECK(rig.lines->exemplars[1].starts_with("h_bucket{le=+Inf} 0 "));
  rig.run(R"("name":"c","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{)" +
          exemplars + "}]}");
  CHECK(rig.lines->exemplars.size() == 2);
  rig.run(R"("name":"g","gauge":{"dataPoints":[{)" + exemplars + "}]}");
  CHECK(rig.lines->exemplars.empty());
}

TEST_CASE("otelcol.exporter.prometheus: exponential histograms become native ones") {
  const auto encoded = [](std::string_view point) {
    const auto bytes =
        telemetry::otlp::request_of_json(telemetry::otlp::kExponentialHistogramDataPoint, point);
    REQUIRE(bytes);
    base::Arena memory;
    telemetry::otlp::Node node(telemetry::otlp::kExponentialHistogramDataPoint, *bytes, memory);
    const auto message = native_histogram(node, 5);
    if (!message) return std::string("none");
    // Spans and deltas of the positive side, and the schema.
    std::string text;
    telemetry::wire::ProtoReader in(*message);
    const auto zigzag = [](uint64_t bits) {
      return std::to_string(static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1));
    };
    while (in.next()) {
      if (in.tag() == 4) {
        text += "schema " + zigzag(in.varint());
      } else if (in.tag() == 8 || in.tag() == 11) {
        telemetry::wire::ProtoReader span(in.bytes());
        text += in.tag() == 8 ? " -span" : " span";
        while (span.next())
          text += " " + (span.tag() == 1 ? zigzag(span.varint()) : std::to_string(span.varint()));
      } else if (in.tag() == 9 || in.tag() == 12) {
        telemetry::wire::ByteReader deltas(in.bytes());
        text += " deltas";
        while (!deltas.rest().empty()) text += " " + zigzag(deltas.varint());
      } else {
        in.skip();
      }
    }
    return text;
  };
  struct Case {
    std::string_view point, out;
  };
  for (const Case& c : {
           Case{R"({"scale":0,"positive":{"offset":0,"bucketCounts":["1","2","4"]}})",
                "schema 0 span 1 3 deltas 1 1 2"},
           // Two empty buckets are written, three open a span.
           Case{R"({"scale":2,"positive":{"offset":-5,"bucketCounts":["3","0","0","1"]}})",
                "schema 2 span -4 4 deltas 3 -3 0 1"},
           Case{R"({"scale":2,"positive":{"offset":-5,"bucketCounts":["3","0","0","0","1"]}})",
                "schema 2 span -4 1 span 3 1 deltas 3 -2"},
           // Finer than 8: pairs are merged, also below zero.
           Case{R"({"scale":9,"positive":{"offset":-3,"bucketCounts":["1","2","4","8"]}})",
                "schema 8 span -1 3 deltas 1 5 2"},
           Case{R"({"scale":20,"negative":{"offset":4096,"bucketCounts":["1","1"]}})",
                "schema 8 -span 2 1 deltas 2"},
           Case{R"({"scale":-5})", "none"},
           Case{R"({"scale":-4})", "schema -4"},
           Case{R"({"flags":1,"positive":{"offset":0,"bucketCounts":["1"]}})", "schema 0"},
       }) {
    CAPTURE(c.point);
    CHECK(encoded(c.point) == c.out);
  }
  PrometheusRig rig;
  CHECK(rig.run(R"("name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":)"
                R"([{"timeUnixNano":"5000000","count":"1","positive":{"bucketCounts":["1"]}}]})") ==
        Texts{"e{} histogram 5"});
}

}  // namespace components::otelcol::exporter_prometheus
