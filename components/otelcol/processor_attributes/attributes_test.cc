#include "components/otelcol/processor_attributes/attributes.h"

#include <doctest/doctest.h>

#include "components/otelcol/shared/testing.h"

namespace components::otelcol::processor_attributes {
namespace {

using telemetry::Signal;

std::string spans(std::string_view attributes) {
  return R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":)"
         R"({"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"lib","version":"1.2"},)"
         R"("spans":[{"name":"GET /a","kind":2,"attributes":[)" +
         std::string(attributes) + R"(],"status":{}}]}]}]})";
}

std::string attribute(std::string_view key, std::string_view value) {
  return R"({"key":")" + std::string(key) + R"(","value":)" + std::string(value) + "}";
}

/// The attributes of the span afterwards.
std::string after(const std::string& river, const std::string& attributes,
                  std::shared_ptr<const telemetry::OtlpClient> client = nullptr) {
  Rig<Attributes> rig(kSignature, river);
  auto batch = batch_of(Signal::traces, spans(attributes));
  batch.client = std::move(client);
  rig.input->receive(std::move(batch));
  REQUIRE(rig.sink->batches.size() == 1);
  const std::string json = json_of_batch(rig.sink->batches[0]);
  const size_t begin = json.find("\"kind\":2,") + 9, end = json.rfind(",\"status\"");
  static constexpr std::string_view kName = "\"attributes\":[";
  if (end <= begin) return "";
  const std::string text = json.substr(begin, end - begin);
  REQUIRE(text.starts_with(kName));
  return text.substr(kName.size(), text.size() - kName.size() - 1);
}

std::string problems(const std::string& river) {
  Arguments arguments;
  return decode(kSignature, river + "\noutput {}\n", &arguments);
}

const std::string kA = attribute("a", R"({"stringValue":"x"})");

}  // namespace

TEST_CASE("otelcol.processor.attributes: each action") {
  struct Case {
    std::string action, in, out;
  };
  const std::string b = attribute("b", R"({"intValue":"7"})");
  for (const Case& c : {
           Case{"action = \"insert\"\nkey = \"b\"\nvalue = 7", kA, kA + "," + b},
           Case{"action = \"insert\"\nkey = \"a\"\nvalue = 7", kA, kA},
           Case{"action = \"update\"\nkey = \"b\"\nvalue = 7", kA, kA},
           Case{"action = \"update\"\nkey = \"a\"\nvalue = 1.5", kA,
                attribute("a", R"({"doubleValue":1.5})")},
           Case{"action = \"upsert\"\nkey = \"a\"\nvalue = true", kA + "," + b,
                attribute("a", R"({"boolValue":true})") + "," + b},
           Case{"action = \"upsert\"\nkey = \"c\"\nvalue = [\"x\", 1]", kA,
                kA + "," +
                    attribute("c", R"({"arrayValue":{"values":[{"stringValue":"x"},)"
                                   R"({"intValue":"1"}]}})")},
           Case{"action = \"upsert\"\nkey = \"b\"\nfrom_attribute = \"a\"", kA,
                kA + "," + attribute("b", R"({"stringValue":"x"})")},
           Case{"action = \"upsert\"\nkey = \"b\"\nfrom_attribute = \"none\"", kA, kA},
           Case{"action = \"delete\"\nkey = \"a\"", kA + "," + b, b},
           Case{"action = \"delete\"\npattern = \"^[ab]$\"", kA + "," + b, ""},
           Case{"action = \"hash\"\nkey = \"a\"", kA,
                attribute("a", R"({"stringValue":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4d)"
                               R"(b02258717921a4881"})")},
           // Eight bytes, little-endian; of a list nothing.
           Case{"action = \"hash\"\npattern = \"b\"", b,
                attribute("b", R"({"stringValue":"aae89fc0f03e2959ae4d701a80cc3915918c950b)"
                               R"(159f6abb6c92c1433b1a8534"})")},
           Case{"action = \"hash\"\nkey = \"l\"", attribute("l", R"({"arrayValue":{}})"),
                attribute("l", R"({"stringValue":""})")},
           Case{"action = \"extract\"\nkey = \"a\"\npattern = \"(?P<one>.)=(?P<a>.*)\"",
                attribute("a", R"({"stringValue":"k=v"})"),
                attribute("a", R"({"stringValue":"v"})") + "," +
                    attribute("one", R"({"stringValue":"k"})")},
           Case{"action = \"extract\"\nkey = \"a\"\npattern = \"(?P<one>y)\"", kA, kA},
           Case{"action = \"convert\"\nkey = \"b\"\nconverted_type = \"string\"", b,
                attribute("b", R"({"stringValue":"7"})")},
           Case{"action = \"convert\"\nkey = \"b\"\nconverted_type = \"double\"", b,
                attribute("b", R"({"doubleValue":7})")},
           Case{"action = \"convert\"\nkey = \"b\"\nconverted_type = \"int\"",
                attribute("b", R"({"stringValue":"-12"})"),
                attribute("b", R"({"intValue":"-12"})")},
           Case{"action = \"convert\"\nkey = \"b\"\nconverted_type = \"int\"",
                attribute("b", R"({"doubleValue":2.9})"), attribute("b", R"({"intValue":"2"})")},
           Case{"action = \"convert\"\nkey = \"b\"\nconverted_type = \"int\"",
                attribute("b", R"({"doubleValue":"NaN"})"),
                attribute("b", R"({"doubleValue":"NaN"})")},
           Case{"action = \"convert\"\nkey = \"a\"\nconverted_type = \"int\"", kA, kA},
       }) {
    CAPTURE(c.action);
    CHECK(after("action {\n" + c.action + "\n}", c.in) == c.out);
  }
}

TEST_CASE("otelcol.processor.attributes: what is known of the sender") {
  auto client = std::make_shared<telemetry::OtlpClient>();
  client->address = "10.0.0.1";
  client->metadata = {{"x-tenant", {"a", "b"}}};
  const auto from = [&](const std::string& name) {
    return after("action {\naction = \"upsert\"\nkey = \"t\"\nfrom_context = \"" + name + "\"\n}",
                 "", client);
  };
  CHECK(from("metadata.X-Tenant") == attribute("t", R"({"stringValue":"a;b"})"));
  CHECK(from("x-tenant") == attribute("t", R"({"stringValue":"a;b"})"));
  CHECK(from("client.address") == attribute("t", R"({"stringValue":"10.0.0.1"})"));
  CHECK(from("metadata.none").empty());
  CHECK(from("auth.name").empty());
}

TEST_CASE("otelcol.processor.attributes: include and exclude") {
  const std::string action = "action {\naction = \"delete\"\nkey = \"a\"\n}\n";
  struct Case {
    std::string match;
    bool is_match;
  };
  for (const Case& c : {
           Case{"match_type = \"strict\"\nservices = [\"x\", \"shop\"]", true},
           Case{"match_type = \"strict\"\nservices = [\"sho\"]", false},
           Case{"match_type = \"regexp\"\nservices = [\"^sho\"]", true},
           Case{"match_type = \"regexp\"\nspan_names = [\"GET\"]\nservices = [\"x\"]", false},
           Case{"match_type = \"strict\"\nspan_kinds = [\"SPAN_KIND_SERVER\"]", true},
           Case{"match_type = \"strict\"\nattribute {\nkey = \"a\"\n}", true},
           Case{"match_type = \"strict\"\nattribute {\nkey = \"a\"\nvalue = \"y\"\n}", false},
           Case{"match_type = \"regexp\"\nattribute {\nkey = \"a\"\nvalue = \"[xy]\"\n}", true},
           Case{"match_type = \"strict\"\nresource {\nkey = \"service.name\"\nvalue = \"shop\"\n}",
                true},
           Case{"match_type = \"strict\"\nlibrary {\nname = \"lib\"\nversion = \"1\"\n}", false},
           Case{"match_type = \"strict\"\nlibrary {\nname = \"lib\"\n}", true},
           // Spans have no body and no metric.
           Case{"match_type = \"regexp\"\nlog_bodies = [\".*\"]", false},
           Case{"match_type = \"regexp\"\nmetric_names = [\".*\"]", false},
       }) {
    CAPTURE(c.match);
    CHECK(after(action + "include {\n" + c.match + "\n}", kA) == (c.is_match ? "" : kA));
    CHECK(after(action + "exclude {\n" + c.match + "\n}", kA) == (c.is_match ? kA : ""));
  }
}

TEST_CASE("otelcol.processor.attributes: records and data points") {
  Rig<Attributes> rig(kSignature,
                      "action {\naction = \"upsert\"\nkey = \"k\"\nvalue = \"v\"\n}\n"
                      "include {\nmatch_type = \"regexp\"\nlog_bodies = [\"^b\"]\n"
                      "log_severity {\nmin = \"WARN\"\nmatch_undefined = false\n}\n}");
  const std::string records = rig.run(
      Signal::logs,
      R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":13,"body":{"stringValue":)"
      R"("b"}},{"severityNumber":12,"body":{"stringValue":"b"}},{"body":{"stringValue":"b"}}]}]}]})");
  const size_t first = records.find("attributes");
  CHECK(first != std::string::npos);
  CHECK(first == records.rfind("attributes"));
  CHECK(first < records.find("\"severityNumber\":12"));
  Rig<Attributes> points(kSignature,
                         "action {\naction = \"upsert\"\nkey = \"k\"\nvalue = \"v\"\n}");
  CHECK(points
            .run(Signal::metrics,
                 R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":)"
                 R"({"dataPoints":[{"asInt":"1"}]}}]}]}]})")
            .find(R"("dataPoints":[{"asInt":"1","attributes":[{"key":"k","value":{"stringValue":)"
                  R"("v"}}]}])") != std::string::npos);
  CHECK(
      points.has_metric("tributary_component_sent_total{component_id=\"otelcol.x.y\","
                        "unit=\"data_points\"} 1\n"));
}

TEST_CASE("otelcol.processor.attributes: actions that cannot be") {
  struct Case {
    std::string action, problem;
  };
  for (const Case& c : {
           Case{"action = \"insert\"\nkey = \"a\"",
                "C096 insert, update and upsert need exactly one of value, from_attribute and "
                "from_context\n"},
           Case{"action = \"insert\"\nkey = \"a\"\nvalue = 1\nfrom_attribute = \"b\"",
                "C096 insert, update and upsert need exactly one of value, from_attribute and "
                "from_context\n"},
           Case{"action = \"insert\"\nvalue = 1", "C096 key must be set\n"},
           Case{"action = \"insert\"\nkey = \"a\"\nvalue = {}",
                "C096 value must be a string, a number, a bool or a list of them\n"},
           Case{"action = \"delete\"", "C096 key must be set, or pattern\n"},
           Case{"action = \"delete\"\nkey = \"a\"\nvalue = 1",
                "C096 value has no meaning for this action\n"},
           Case{"action = \"extract\"\nkey = \"a\"", "C096 extract needs a pattern\n"},
           Case{"action = \"extract\"\nkey = \"a\"\npattern = \"(?P<a>.)(.)\"",
                "C096 the pattern of extract needs groups, each of them named\n"},
           Case{"action = \"convert\"\nkey = \"a\"\nconverted_type = \"bool\"",
                "C096 converted_type must be string, int or double\n"},
           Case{"action = \"convert\"\nkey = \"a\"\nconverted_type = \"int\"\npattern = \"a\"",
                "C096 pattern has no meaning for this action\n"},
       }) {
    CAPTURE(c.action);
    CHECK(problems("action {\n" + c.action + "\n}") == c.problem);
  }
  CHECK(problems("include {\nmatch_type = \"regexp\"\nservices = [\"(\"]\n}")
            .starts_with("C020 bad regex: "));
  CHECK(problems("include {\nmatch_type = \"strict\"\nlog_severity {\nmin = \"LOUD\"\n"
                 "match_undefined = true\n}\n}") ==
        "C097 min must be a severity such as INFO or ERROR2, it is \"LOUD\"\n");
}

TEST_CASE("otelcol processors: the ack stays with the batch, and a closed one abandons") {
  Rig<Attributes> rig(kSignature, "action {\naction = \"delete\"\nkey = \"a\"\n}");
  int delivered = 0, abandoned = 0;
  const auto send = [&] {
    auto batch = batch_of(Signal::traces, spans(kA));
    batch.ack = telemetry::Ack([&](bool ok) { (ok ? delivered : abandoned) += 1; });
    rig.input->receive(std::move(batch));
  };
  send();
  CHECK(delivered == 0);
  rig.sink->batches.clear();
  CHECK(delivered == 1);
  rig.component->stop();
  send();
  CHECK(abandoned == 1);
  CHECK(rig.sink->batches.empty());
}

}  // namespace components::otelcol::processor_attributes
