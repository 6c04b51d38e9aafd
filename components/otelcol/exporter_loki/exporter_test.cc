#include "components/otelcol/exporter_loki/exporter.h"

#include <doctest/doctest.h>

#include "components/otelcol/exporter_loki/record.h"
#include "components/otelcol/shared/testing.h"

namespace components::otelcol::exporter_loki {
namespace {

using telemetry::Signal;

struct Lines final : telemetry::LogReceiver {
  void receive(telemetry::LogBatch batch) override {
    for (const auto& entry : batch.entries) {
      all += telemetry::to_stream_text(batch.labels(entry));
      all += " " + std::to_string(entry.timestamp_ns) + " " + std::string(batch.line(entry)) + "\n";
    }
    batches.push_back(std::move(batch));
  }
  std::string all;
  std::vector<telemetry::LogBatch> batches;
};

std::string records(std::string_view resource, std::string_view record,
                    std::string_view scope = "") {
  return R"({"resourceLogs":[{"resource":{"attributes":[)" + std::string(resource) +
         R"(]},"scopeLogs":[{"scope":{)" + std::string(scope) + R"(},"logRecords":[{)" +
         std::string(record) + "}]}]}]}";
}

std::string text_attribute(std::string_view key, std::string_view value) {
  return R"({"key":")" + std::string(key) + R"(","value":{"stringValue":")" + std::string(value) +
         R"("}})";
}

struct LokiRig {
  std::string run(std::string_view json, Signal signal = Signal::logs) {
    lines->all.clear();
    converter.set_next({lines});
    converter.receive(batch_of(signal, json));
    return lines->all;
  }
  base::metrics::Registry registry;
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  ToLines converter{{registry, "x"}, base::Logger("x")};
};

const std::string kService = text_attribute("service.name", "shop");

}  // namespace

TEST_CASE("otelcol.exporter.loki: a line of JSON with the default labels") {
  LokiRig rig;
  CHECK(
      rig.run(records(
          kService + "," + text_attribute("service.namespace", "ns") + "," +
              text_attribute("service.instance.id", "i1") + "," + text_attribute("z", "<1>"),
          R"("timeUnixNano":"5","severityNumber":18,"severityText":"Error","body":{"stringValue":)"
          R"("a <b>"},"flags":1,"traceId":"5b8efff798038103d269b633813fc60c","spanId":)"
          R"("0000000000000000","attributes":[)" +
              text_attribute("b", "2") + R"(,{"key":"a","value":{"intValue":"1"}}])",
          R"("name":"lib","version":"1")")) ==
      R"({exporter="OTLP", instance="i1", job="ns/shop", level="ERROR2"} 5 )"
      R"({"body":"a \u003cb\u003e","traceid":"5b8efff798038103d269b633813fc60c",)"
      R"("severity":"Error","flags":1,"attributes":{"a":1,"b":"2"},)"
      R"("resources":{"service.instance.id":"i1","service.name":"shop",)"
      R"("service.namespace":"ns","z":"\u003c1\u003e"},)"
      R"("instrumentation_scope":{"name":"lib","version":"1"}})"
      "\n");
}

TEST_CASE("otelcol.exporter.loki: labels by hints, and level") {
  const std::string map =
      R"({"key":"m","value":{"kvlistValue":{"values":[{"key":"in","value":{"intValue":"7"}}]}}})";
  struct Case {
    std::string resource, record, labels;
  };
  LokiRig rig;
  for (const Case& c : {
           Case{kService, "", R"({exporter="OTLP", job="shop"})"},
           Case{"", R"("severityNumber":9)", R"({exporter="OTLP", level="INFO"})"},
           Case{"", R"("severityNumber":99)", R"({exporter="OTLP"})"},
           Case{"", R"("severityText":"warn")", R"({exporter="OTLP"})"},
           Case{"", R"("severityNumber":9,"attributes":[)" + text_attribute("level", "own") + "]",
                R"({exporter="OTLP", level="own"})"},
           Case{"", R"("attributes":[)" + text_attribute("level", "own") + "]",
                R"({exporter="OTLP"})"},
           Case{text_attribute("r", "1"),
                R"("attributes":[)" + text_attribute("loki.resource.labels", "r, none") + "]",
                R"({exporter="OTLP", r="1"})"},
           Case{text_attribute("a", "resource") + "," + text_attribute("loki.resource.labels", "a"),
                R"("attributes":[)" + text_attribute("a", "record") + "," +
                    text_attribute("loki.attribute.labels", "a") + "]",
                R"({a="record", exporter="OTLP"})"},
           Case{"",
                R"("attributes":[)" + map + "," + text_attribute("loki.attribute.labels", "m.in") +
                    "]",
                R"({exporter="OTLP", m_in="7"})"},
           Case{"",
                R"("attributes":[)" + text_attribute("x.y", "1") +
                    R"(,{"key":"loki.attribute.labels","value":{"arrayValue":{"values":)"
                    R"([{"stringValue":"x.y"}]}}}])",
                R"({exporter="OTLP", x_y="1"})"},
       }) {
    CAPTURE(c.record);
    const std::string line = rig.run(
        records(c.resource, R"("timeUnixNano":"5")" + (c.record.empty() ? "" : "," + c.record)));
    CHECK(line.substr(0, line.find('}') + 1) == c.labels);
    CHECK(line.find("loki.") == std::string::npos);
  }
}

TEST_CASE("otelcol.exporter.loki: names of labels") {
  struct Case {
    std::string_view in, out;
  };
  for (const Case& c : {Case{"a..b", "a_b"}, Case{"a_-_b", "a_b"}, Case{"1x", "key_1x"},
                        Case{"_x", "_x"}, Case{"__x__", "__x__"}, Case{"__a.b__", "__a_b__"},
                        Case{"service.name", "service_name"}, Case{"字a", "_a"}, Case{"a ", "a_"}})
    CHECK_MESSAGE(label_name(c.in).value_or("none") == c.out, c.in);
  for (const std::string_view none : {"", "___", "字", "____"})
    CHECK_MESSAGE(!label_name(none).has_value(), none);
}

TEST_CASE("otelcol.exporter.loki: bodies and formats") {
  struct Case {
    std::string format, body, line;
  };
  const std::string map =
      R"({"kvlistValue":{"values":[{"key":"b","value":{"arrayValue":)"
      R"({"values":[{"intValue":"1"},{"boolValue":true}]}}},{"key":"a","value":)"
      R"({"stringValue":"x y"}}]}})";
  LokiRig rig;
  for (const Case& c : {
           Case{"", map, R"({"body":{"a":"x y","b":[1,true]}})"},
           Case{"json", R"({"intValue":"7"})", R"({"body":7})"},
           Case{"json", R"({"bytesValue":"AP8="})", R"({"body":"AP8="})"},
           Case{"json", "{}", "{}"},
           Case{"raw", R"({"stringValue":"as it is"})", "as it is"},
           Case{"raw", map, R"({"a":"x y","b":[1,true]})"},
           Case{"raw", "{}", ""},
           Case{"logfmt", R"({"stringValue":"a=1 b=\"x y\" c"})", "a=1 b=\"x y\" c="},
           Case{"logfmt", R"({"stringValue":"not=log=fmt"})", "msg=\"not=log=fmt\""},
           Case{"logfmt", R"({"stringValue":"two\nlines"})", R"(msg="two\nlines")"},
           Case{"logfmt", map, R"(b_0=1 b_1=true a="x y")"},
           Case{"logfmt", R"({"doubleValue":1.5})", "msg=1.5"},
       }) {
    CAPTURE(c.body);
    const std::string format =
        c.format.empty() ? ""
                         : R"(,"attributes":[)" + text_attribute("loki.format", c.format) + "]";
    CHECK(rig.run(records("", R"("timeUnixNano":"5","body":)" + c.body + format)) ==
          "{exporter=\"OTLP\"} 5 " + c.line + "\n");
  }
  CHECK(rig.run(records(
            kService,
            R"("timeUnixNano":"5","severityText":"s","spanId":"00000000000000a1","flags":)"
            R"(1,"body":{"stringValue":"flags=9"},"attributes":[)" +
                text_attribute("loki.format", "logfmt") + "," + text_attribute("k.e y", "v") + "]",
            R"("name":"lib")")) ==
        "{exporter=\"OTLP\", job=\"shop\"} 5 flags=1 spanID=00000000000000a1 severity=s "
        "attribute_k.ey=v resource_service.name=shop instrumentation_scope_name=lib\n");
}

TEST_CASE("otelcol.exporter.loki: times") {
  LokiRig rig;
  const auto time_of = [&](std::string_view record) {
    const std::string line = rig.run(records("", record));
    return std::stoll(line.substr(line.find('}') + 2));
  };
  CHECK(time_of(R"("timeUnixNano":"5","observedTimeUnixNano":"7")") == 5);
  CHECK(time_of(R"("observedTimeUnixNano":"7")") == 7);
  const auto first = time_of(""), second = time_of("");
  CHECK(first > 1'600'000'000'000'000'000);
  CHECK(second > first);
}

TEST_CASE("otelcol.exporter.loki: what cannot be a line is dropped and counted, not its batch") {
  LokiRig rig;
  const std::string good = R"({"timeUnixNano":"5"})";
  const auto with = [&](std::string_view attribute) {
    return R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[)" +
           std::string(attribute) + "]}," + good + "]}]}]}";
  };
  const std::string left = "{exporter=\"OTLP\"} 5 {}\n";
  CHECK(rig.run(with(text_attribute("loki.format", "xml"))) == left);
  CHECK(rig.run(with(text_attribute("___", "1") + "," +
                     text_attribute("loki.attribute.labels", "___"))) == left);
  CHECK(rig.run(R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"}]}]}]})", Signal::traces)
            .empty());
  const std::string metrics = rig.registry.expose();
  for (const std::string_view count :
       {"received_total{component_id=\"x\",unit=\"log_records\"} 4\n",
        "sent_total{component_id=\"x\",unit=\"lines\"} 2\n",
        "unit=\"log_records\",reason=\"format\",intentional=\"false\"} 1\n",
        "unit=\"log_records\",reason=\"label_name\",intentional=\"false\"} 1\n",
        "unit=\"spans\",reason=\"no_consumer\",intentional=\"true\"} 1\n"})
    CHECK_MESSAGE(metrics.find(count) != std::string::npos, count);
}

TEST_CASE("otelcol.exporter.loki: the ack stays with the lines") {
  LokiRig rig;
  rig.converter.set_next({rig.lines});
  int delivered = 0;
  auto batch = batch_of(Signal::logs, records("", R"("timeUnixNano":"5")"));
  batch.ack = telemetry::Ack([&](bool ok) { delivered += ok ? 1 : 0; });
  rig.converter.receive(std::move(batch));
  CHECK(delivered == 0);
  rig.lines->batches.clear();
  CHECK(delivered == 1);
}

}  // namespace components::otelcol::exporter_loki
