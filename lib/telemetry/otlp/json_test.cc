#include "telemetry/otlp/json.h"

#include <doctest/doctest.h>

#include <string>

#include "telemetry/otlp/request.h"
#include "telemetry/wire/proto.h"

namespace telemetry::otlp {
namespace {

const Message& kTraces = request_of(Signal::traces);
const Message& kMetrics = request_of(Signal::metrics);

/// What the JSON says, written out again; or the error.
std::string again(const Message& message, std::string_view json) {
  const auto request = request_of_json(message, json);
  return request ? json_of(message, *request) : "error: " + request.error().message;
}

std::string span(std::string_view members) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{)" + std::string(members) + "}]}]}]}";
}

/// The members of the only span after one way through protobuf.
std::string span_again(std::string_view members) {
  const std::string text = again(kTraces, span(members));
  static constexpr std::string_view kBefore =
      R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{},"spans":[{)";
  static constexpr std::string_view kAfter = R"(}]}]}]})";
  if (!text.starts_with(kBefore)) return text;
  return text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
}

/// The value of an attribute.
std::string value_again(std::string_view value) {
  const std::string text =
      span_again(R"("attributes":[{"key":"k","value":)" + std::string(value) + "}]");
  static constexpr std::string_view kBefore = R"("attributes":[{"key":"k","value":)";
  static constexpr std::string_view kAfter = R"(}],"status":{})";
  if (!text.starts_with(kBefore)) return text;
  return text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
}

}  // namespace

TEST_CASE("otlp json: a request there and back") {
  const std::string json =
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":)"
      R"({"stringValue":"a"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[{"traceId":)"
      R"("5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"n","kind":2,)"
      R"("startTimeUnixNano":"1","endTimeUnixNano":"2","status":{},"flags":257}]}]}]})";
  const auto request = request_of_json(kTraces, json);
  REQUIRE(request);
  std::string checked = *request;
  CHECK(check(Signal::traces, checked)->items == 1);
  // `85 01`: the key of field 16, which takes two bytes.
  CHECK(request->find(std::string("\x85\x01\x01\x01\x00\x00", 6)) != std::string::npos);
  CHECK(json_of(kTraces, *request) == json);
}

TEST_CASE("otlp json: metrics of each type there and back") {
  const std::string before = R"({"resourceMetrics":[{"resource":{},"scopeMetrics":[{"scope":{},)"
                             R"("metrics":[{"name":"m",)";
  for (const std::string metric :
       {R"("gauge":{"dataPoints":[{"timeUnixNano":"5","asInt":"-1"}]})",
        R"("gauge":{"dataPoints":[{"asDouble":0,"flags":1}]})",
        R"("sum":{"dataPoints":[{"asDouble":"NaN","exemplars":[{"asDouble":"-Infinity"}]}],)"
        R"("aggregationTemporality":2,"isMonotonic":true})",
        R"("histogram":{"dataPoints":[{"count":"3","sum":0,"bucketCounts":["1","0","2"],)"
        R"("explicitBounds":[0.5,2],"min":-1.5}],"aggregationTemporality":2})",
        R"("exponentialHistogram":{"dataPoints":[{"count":"18446744073709551615","scale":-3,)"
        R"("positive":{"offset":-5,"bucketCounts":["0","300"]},"negative":{},)"
        R"("zeroThreshold":1e-09}],"aggregationTemporality":1})",
        R"("summary":{"dataPoints":[{"quantileValues":[{"quantile":0.5,"value":1},{}]}]})"}) {
    const std::string json = before + metric + "}]}]}]}";
    CHECK(again(kMetrics, json) == json);
  }
}

TEST_CASE("otlp json: values of attributes") {
  for (const std::string value :
       {R"({})", R"({"stringValue":""})", R"({"stringValue":"\"\\\n\u0001ü"})",
        R"({"boolValue":false})", R"({"intValue":"-9223372036854775808"})",
        R"({"doubleValue":0.1})", R"({"bytesValue":"AP8="})",
        R"({"arrayValue":{"values":[{"intValue":"0"},{},{"arrayValue":{}}]}})",
        R"({"kvlistValue":{"values":[{"key":"a","value":{"boolValue":true}},{"key":"a"}]}})"}) {
    CHECK(value_again(value) == value);
  }
}

// What otlp.md found by trying the reference's reader.
TEST_CASE("otlp json: what the reference reads is read") {
  struct Case {
    std::string_view in, out;
  };
  for (const Case& c : {
           Case{R"("trace_state":"a","dropped_attributes_count":3)",  // snake_case
                R"("traceState":"a","droppedAttributesCount":3,"status":{})"},
           Case{R"("traceId":"5B8EFFF798038103D269B633813FC60C")",
                R"("traceId":"5b8efff798038103d269b633813fc60c","status":{})"},
           Case{R"("traceId":"","spanId":"")", R"("status":{})"},
           Case{R"("kind":"SPAN_KIND_SERVER")", R"("kind":2,"status":{})"},
           Case{R"("kind":99)", R"("kind":99,"status":{})"},  // an unknown number
           Case{R"("status":{"code":"STATUS_CODE_ERROR"})", R"("status":{"code":2})"},
           Case{R"("droppedLinksCount":"7","flags":"1")",
                R"("droppedLinksCount":7,"status":{},"flags":1)"},
           Case{R"("startTimeUnixNano":9007199254740993)",
                R"("startTimeUnixNano":"9007199254740993","status":{})"},
           Case{R"("name":null,"attributes":null,"status":null)", R"("status":{})"},
           Case{R"("attributes":[null])", R"("attributes":[{}],"status":{})"},
           Case{R"("unknown":{"a":[[[{"b":[1,-2.5e3,true,null,"\u00e9"]}]]],"c":{}},"name":"n")",
                R"("name":"n","status":{})"},
           Case{R"("attributes":[{"key":"a"}],"name":"x","attributes":[{"key":"b"}],"name":"y")",
                R"("name":"y","attributes":[{"key":"a"},{"key":"b"}],"status":{})"},
           Case{R"("name":"x","name":"","kind":1,"kind":0)", R"("status":{})"},
           Case{R"("name":"\ud83d\ude00\ud83dx\u0041")", R"("name":"😀�xA","status":{})"},
           Case{"\"name\" :\t\"n\" \n", R"("name":"n","status":{})"},
       }) {
    CAPTURE(c.in);
    CHECK(span_again(c.in) == c.out);
  }
  CHECK(again(kTraces, "{}") == "{}");
  CHECK(again(kTraces, "null") == "{}");
  CHECK(again(kTraces, "{} and more") == "{}");
  CHECK(again(kTraces, R"({"resourceSpans":[null]})") == R"({"resourceSpans":[{"resource":{}}]})");
}

TEST_CASE("otlp json: of several members of a value the last one counts") {
  CHECK(value_again(R"({"intValue":1,"stringValue":"x"})") == R"({"stringValue":"x"})");
  CHECK(value_again(R"({"arrayValue":{"values":[{}]},"arrayValue":{"values":[]}})") ==
        R"({"arrayValue":{}})");
  CHECK(value_again(R"({"doubleValue":"NaN"})") == R"({"doubleValue":"NaN"})");
  CHECK(value_again(R"({"doubleValue":"1.5"})") == R"({"doubleValue":1.5})");
  CHECK(value_again(R"({"stringValue":null})") == R"({"stringValue":""})");
}

TEST_CASE("otlp json: what the reference refuses fails the whole request, with the place") {
  const std::string place = "error: resourceSpans.scopeSpans.spans.";
  struct Case {
    std::string_view in, error;
  };
  for (const Case& c : {
           Case{R"("traceId":"5b8efff798038103d269b633813fc60")",
                "traceId: 31 hexadecimal digits instead of 32, at byte 87"},
           Case{R"("spanId":"eee19b7ec3c1b17g")", "spanId: not hexadecimal, at byte 71"},
           Case{R"("spanId":null)", "spanId: expected '\"', at byte 53"},
           Case{R"("kind":"2")", "kind: not the name of an enumerator, at byte 54"},
           Case{R"("kind":null)", "kind: expected a number, at byte 51"},
           Case{R"("flags":1e3)", "flags: not a number of this type, at byte 55"},
           Case{R"("flags":2.0)", "flags: not a number of this type, at byte 55"},
           Case{R"("flags":4294967296)", "flags: not a number of this type, at byte 62"},
           Case{R"("flags":-1)", "flags: not a number of this type, at byte 54"},
           Case{R"("name":5)", "name: expected '\"', at byte 51"},
           Case{R"("attributes":{})", "attributes: expected '[', at byte 57"},
           Case{R"("unknown":{"a":01})", ""},
       }) {
    CAPTURE(c.in);
    if (!c.error.empty()) CHECK(span_again(c.in) == place + std::string(c.error));
    CHECK(span_again(c.in).starts_with("error: "));
  }
  for (const std::string_view value :
       {R"({"intValue":"9223372036854775808"})", R"({"boolValue":"true"})",
        R"({"bytesValue":"AP8"})", R"({"bytesValue":"_w=="})", R"({"doubleValue":"x"})",
        R"({"doubleValue":null})", R"({"stringValue":"a)", R"({"stringValue":"\x"})",
        R"({"stringValue":"\u12"})", "{\"stringValue\":\"\n\"}", "{,}", "[]", "\"x\""}) {
    CAPTURE(value);
    CHECK(value_again(value).starts_with("error: "));
  }
  for (const std::string_view body :
       {"", "[]", "1", "{", "{\"resourceSpans\"", "{\"a\":}", "nul"}) {
    CAPTURE(body);
    CHECK(again(kTraces, body).starts_with("error: "));
  }
}

TEST_CASE("otlp json: depth is bounded") {
  const auto nested = [](size_t depth) {
    std::string value = R"({"intValue":"1"})";
    for (size_t i = 1; i < depth; ++i) value = R"({"arrayValue":{"values":[)" + value + "]}}";
    return value;
  };
  CHECK(value_again(nested(50)) == nested(50));
  CHECK(value_again(nested(51)).find("values within values, deeper than 50") != std::string::npos);
  // Unknown members may be deep, but not without end.
  const auto brackets = [](size_t depth) {
    return R"("x":)" + std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(span_again(brackets(10'000)) == R"("status":{})");
  CHECK(span_again(brackets(10'001)).starts_with("error: too many values within values") == false);
  CHECK(span_again(brackets(10'001)).find("too many values within values") != std::string::npos);
}

TEST_CASE("otlp json: answers and errors") {
  CHECK(again(response_of(Signal::logs), R"({"partialSuccess":{"rejectedLogRecords":"3"}})") ==
        R"({"partialSuccess":{"rejectedLogRecords":"3"}})");
  CHECK(json_of(response_of(Signal::traces), "") == "{}");
  CHECK(again(kStatus,
              R"({"code":14,"message":"later","details":[{"typeUrl":"t","value":"AA=="}]})") ==
        R"({"code":14,"message":"later","details":[{"typeUrl":"t","value":"AA=="}]})");
}

TEST_CASE("otlp json: lists of numbers are read packed and one by one, messages merge") {
  // Two resources in a row, and a span whose bucket counts come both ways.
  std::string point;
  wire::append_fixed64(point, 6, 1);
  wire::append_bytes(point, 6, std::string("\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16));
  CHECK(json_of(kHistogramDataPoint, point) == R"({"bucketCounts":["1","2","3"]})");
  std::string attribute, first, second, both;
  wire::append_bytes(attribute, 1, "a");
  wire::append_bytes(first, 1, attribute);
  wire::append_varint(second, 2, 4);
  wire::append_bytes(both, 1, first);
  wire::append_bytes(both, 1, second);
  std::string request;
  wire::append_bytes(request, 1, both);
  CHECK(
      json_of(kTraces, request) ==
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"a"}],"droppedAttributesCount":4}}]})");
}

}  // namespace telemetry::otlp
