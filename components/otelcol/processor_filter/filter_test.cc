#include "components/otelcol/processor_filter/filter.h"

#include <doctest/doctest.h>

#include "components/otelcol/shared/testing.h"

namespace components::otelcol::processor_filter {
namespace {

using telemetry::Signal;

std::string filter_problems(const std::string& river) {
  Arguments arguments;
  return decode(kSignature, river + "\noutput {}\n", &arguments);
}

/// The names that are left, in order: "name":"a" -> a.
std::string names_in(std::string_view json) {
  std::string names;
  static constexpr std::string_view kKey = "\"name\":\"";
  for (size_t at = 0; (at = json.find(kKey, at)) != std::string_view::npos;) {
    at += kKey.size();
    names += json.substr(at, json.find('"', at) - at);
  }
  return names;
}

constexpr std::string_view kTwoSpans =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a","kind":2,"events":[{"name":"x"},)"
    R"({"name":"y"}]},{"name":"b","kind":3}]}]},{"resource":{"attributes":[{"key":"r","value":)"
    R"({"stringValue":"1"}}]},"scopeSpans":[{"spans":[{"name":"c"}]}]}]})";
constexpr std::string_view kTwoMetrics =
    R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":)"
    R"([{"asInt":"1"},{"asInt":"2"}]}},{"name":"n","sum":{"dataPoints":[{"asInt":"1"}]}}]}]}]})";

}  // namespace

TEST_CASE("otelcol.processor.filter: what meets a condition goes, with what is empty then") {
  struct Case {
    std::string river;
    Signal signal;
    std::string_view in;
    std::string left;
  };
  for (const Case& c : {
           Case{"traces {\nspan = [\"kind == SPAN_KIND_SERVER\", \"name == \\\"c\\\"\"]\n}",
                Signal::traces, kTwoSpans, "b"},
           Case{"traces {\nspanevent = [\"name == \\\"x\\\"\"]\n}", Signal::traces, kTwoSpans,
                "aybc"},
           Case{"trace_conditions {\ncontext = \"resource\"\n"
                "conditions = [\"attributes[\\\"r\\\"] == \\\"1\\\"\"]\n}",
                Signal::traces, kTwoSpans, "axyb"},
           Case{"trace_conditions {\nconditions = [\"span.name == \\\"b\\\"\", "
                "\"resource.attributes[\\\"r\\\"] != nil\"]\n}",
                Signal::traces, kTwoSpans, "axy"},
           Case{"traces {\nspan = [\"true\"]\n}", Signal::traces, kTwoSpans, ""},
           Case{"metrics {\nmetric = [\"name == \\\"m\\\"\"]\n}", Signal::metrics, kTwoMetrics,
                "n"},
           Case{"metrics {\ndatapoint = [\"value_int == 1\"]\n}", Signal::metrics, kTwoMetrics,
                "m"},
           // What cannot be decided is not met.
           Case{"traces {\nspan = [\"name + 1 == 2\"]\n}", Signal::traces, kTwoSpans, "axybc"},
           // Conditions on other signals mean nothing to this one.
           Case{"logs {\nlog_record = [\"true\"]\n}", Signal::traces, kTwoSpans, "axybc"},
       }) {
    CAPTURE(c.river);
    Rig<Filter> rig(kSignature, c.river);
    CHECK(names_in(rig.run(c.signal, c.in)) == c.left);
  }
}

TEST_CASE("otelcol.processor.filter: what goes is counted") {
  Rig<Filter> rig(kSignature, "traces {\nspan = [\"name == \\\"a\\\"\"]\n}");
  rig.run(Signal::traces, kTwoSpans);
  CHECK(rig.has_metric("received_total{component_id=\"otelcol.x.y\",unit=\"spans\"} 3\n"));
  CHECK(rig.has_metric("sent_total{component_id=\"otelcol.x.y\",unit=\"spans\"} 2\n"));
  CHECK(rig.has_metric("unit=\"spans\",reason=\"filter\",intentional=\"true\"} 1\n"));
}

TEST_CASE("otelcol.processor.filter: conditions that do not parse are refused") {
  CHECK(filter_problems("traces {\nspan = [\"nam == 1\"]\n}") ==
        "C098 unknown field nam of span, at character 1, in: nam == 1\n");
  CHECK(filter_problems("metrics {\ndatapoint = [\"IsFoo(metric.name)\"]\n}") ==
        "C098 unknown function IsFoo, at character 1, in: IsFoo(metric.name)\n");
  CHECK(filter_problems("log_conditions {\nconditions = [\"span.name == \\\"a\\\"\"]\n}") ==
        "C098 no context of this signal in: span.name == \"a\"\n");
  CHECK(filter_problems("error_mode = \"propagate\"") ==
        "C090 propagate has no effect yet: it is treated as ignore\n");
}

}  // namespace components::otelcol::processor_filter
