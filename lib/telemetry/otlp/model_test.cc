#include "telemetry/otlp/model.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "telemetry/otlp/json.h"
#include "telemetry/otlp/request.h"
#include "telemetry/otlp/schema.h"

namespace telemetry::otlp {
namespace {

OtlpSlice slice_of(Signal signal, std::string_view json) {
  auto request = request_of_json(request_of(signal), json);
  REQUIRE(request);
  const size_t items = check(signal, *request)->items;
  return {std::move(*request), items};
}

std::string json_of_slice(Signal signal, const OtlpSlice& slice) {
  return json_of(request_of(signal), slice.bytes);
}

constexpr std::string_view kSpans =
    R"({"resourceSpans":[{"resource":{"attributes":[{"key":"r","value":{"stringValue":"1"}}]},)"
    R"("scopeSpans":[{"scope":{"name":"s"},"spans":[{"name":"a","status":{}},)"
    R"({"name":"b","attributes":[{"key":"k","value":{"intValue":"5"}}],"status":{}}]},)"
    R"({"scope":{},"spans":[{"name":"c","status":{}}]}]}]})";

std::string with_unknown_fields() {
  std::string span, scope_spans, resource_spans, request;
  wire::append_bytes(span, 5, "a");
  wire::append_bytes(span, 99, "unknown");
  wire::append_bytes(scope_spans, 2, span);
  wire::append_varint(scope_spans, 98, 7);
  wire::append_bytes(resource_spans, 2, scope_spans);
  wire::append_fixed64(resource_spans, 97, 7);
  wire::append_bytes(request, 1, resource_spans);
  wire::append_bytes(request, 96, "x");
  return request;
}

}  // namespace

TEST_CASE("otlp model: what nobody changes stays the same memory") {
  const OtlpSlice slice = slice_of(Signal::traces, kSpans);
  Document document(Signal::traces, slice);
  std::string names;
  document.each_item([&](Item& item) {
    names += item.node.bytes(span::kName);
    CHECK(Attributes(*item.resource_data.child(resource_data::kResource)).get("r")->text == "1");
  });
  CHECK(names == "abc");
  CHECK(document.slice().bytes.data() == slice.bytes.data());
}

TEST_CASE(
    "otlp model: a change in one span leaves the others, and the shared bytes, as they were") {
  const OtlpSlice slice = slice_of(Signal::traces, kSpans);
  const std::string before(slice.bytes);
  Document document(Signal::traces, slice);
  document.each_item([](Item& item) {
    if (item.node.bytes(span::kName) != "b") return;
    Attributes attributes(item.node);
    CHECK(attributes.get("k") == Value::of(int64_t{5}));
    attributes.set("k", Value::of(std::string_view("six")));
    attributes.set("new", Value::of(true));
    item.node.set_bytes(span::kName, "B");
    item.node.child_or_new(span::kStatus).set_number(span_status::kCode, 2);
    Attributes(*item.resource_data.child(resource_data::kResource)).erase("r");
  });
  CHECK(json_of_slice(Signal::traces, document.slice()) ==
        R"({"resourceSpans":[{"resource":{},)"
        R"("scopeSpans":[{"scope":{"name":"s"},"spans":[{"name":"a","status":{}},)"
        R"({"name":"B","attributes":[{"key":"k","value":{"stringValue":"six"}},)"
        R"({"key":"new","value":{"boolValue":true}}],"status":{"code":2}}]},)"
        R"({"scope":{},"spans":[{"name":"c","status":{}}]}]}]})");
  CHECK(slice.bytes == before);
}

TEST_CASE("otlp model: unknown fields survive changes beside them") {
  const OtlpSlice slice(with_unknown_fields(), 1);
  Document document(Signal::traces, slice);
  document.each_item([](Item& item) { item.node.set_bytes(span::kName, "abc"); });
  const std::string changed(document.slice().bytes);
  for (const std::string_view kept : {"unknown", "x"})
    CHECK(changed.find(kept) != std::string::npos);
  Document again(Signal::traces, document.slice());
  again.each_item([](Item& item) { item.node.set_bytes(span::kName, "a"); });
  CHECK(again.slice().bytes.size() == slice.bytes.size());
}

TEST_CASE("otlp model: items go, with what is empty without them") {
  struct Case {
    std::string_view gone, left;
  };
  for (const Case& c : {Case{"c", "ab"}, Case{"ab", "c"}, Case{"abc", ""}, Case{"", "abc"}}) {
    CAPTURE(c.gone);
    OtlpBatch batch;
    batch.signal = Signal::traces;
    batch.slices = {slice_of(Signal::traces, kSpans)};
    const auto gone = edit(batch, [&](Document& document) {
      document.erase_items([&](Item& item) {
        return c.gone.find(item.node.bytes(span::kName)) != std::string_view::npos;
      });
    });
    CHECK(gone == static_cast<ptrdiff_t>(c.gone.size()));
    CHECK(batch.count() == c.left.size());
    CHECK(batch.slices.size() == (c.left.empty() ? 0 : 1));
    std::string left;
    for (const OtlpSlice& slice : batch.slices) {
      Document document(Signal::traces, slice);
      size_t scopes = 0;
      document.each_resource([&](Node& resource_data) {
        resource_data.each(resource_data::kScopes, [&](Node&) { ++scopes; });
      });
      CHECK(scopes == (c.left == "abc" ? 2 : 1));
      document.each_item([&](Item& item) { left += item.node.bytes(span::kName); });
    }
    CHECK(left == c.left);
  }
}

TEST_CASE("otlp model: data points and their metrics") {
  const OtlpSlice slice = slice_of(
      Signal::metrics,
      R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":)"
      R"([{"asInt":"1"},{"asDouble":2}],"isMonotonic":true}},{"name":"none"},)"
      R"({"name":"h","histogram":{"dataPoints":[{"bucketCounts":["1","2"]}]}}]}]}]})");
  Document document(Signal::metrics, slice);
  std::string seen;
  document.each_item([&](Item& item) {
    seen += std::string(item.metric->bytes(metric::kName)) + " ";
    if (item.metric->bytes(metric::kName) == "h")
      CHECK(item.node.numbers(histogram_point::kCounts) == std::vector<uint64_t>{1, 2});
    if (item.node.has(number_point::kReal)) CHECK(item.node.real(number_point::kReal) == 2);
  });
  CHECK(seen == "m m h ");
  CHECK(document.erase_items([](Item& item) { return item.metric->bytes(1) == "h"; }) == 1);
  CHECK(json_of_slice(Signal::metrics, document.slice()) ==
        R"({"resourceMetrics":[{"resource":{},"scopeMetrics":[{"scope":{},"metrics":[{"name":"m",)"
        R"("sum":{"dataPoints":[{"asInt":"1"},{"asDouble":2}],"isMonotonic":true}},)"
        R"({"name":"none"}]}]}]})");
}

TEST_CASE("otlp model: a message that came twice is one") {
  std::string first, second, both, request;
  append_key_value(first, 1, "a", Value::of(int64_t{1}));
  append_key_value(second, 1, "b", Value::of(int64_t{2}));
  wire::append_bytes(both, 1, first);
  wire::append_bytes(both, 1, second);
  wire::append_bytes(request, 1, both);
  Document document(Signal::traces, OtlpSlice(request, 0));
  document.each_resource([](Node& resource_data) {
    CHECK(Attributes(*resource_data.child(resource_data::kResource)).size() == 2);
  });
}

TEST_CASE("otlp value: as text and as JSON of Go") {
  struct Case {
    std::string_view json, text;
  };
  for (const Case& c : {
           Case{R"({"stringValue":"a\"<b>"})", R"(a"<b>)"},
           Case{R"({"boolValue":true})", "true"},
           Case{R"({"intValue":"-7"})", "-7"},
           Case{R"({"doubleValue":1})", "1"},
           Case{R"({"doubleValue":1e21})", "1e+21"},
           Case{R"({"doubleValue":123456789.5})", "123456789.5"},
           Case{R"({"doubleValue":1e-7})", "1e-7"},
           Case{R"({"bytesValue":"AP8="})", "AP8="},
           Case{"{}", ""},
           Case{R"({"arrayValue":{"values":[{"intValue":"1"},{},{"stringValue":"<"}]}})",
                R"([1,null,"\u003c"])"},
           Case{R"({"kvlistValue":{"values":[{"key":"b","value":{"boolValue":false}},)"
                R"({"key":"a","value":{"doubleValue":0.5}},{"key":"b","value":{}}]}})",
                R"({"a":0.5,"b":null})"},
       }) {
    CAPTURE(c.json);
    const auto bytes = request_of_json(kAnyValue, c.json);
    REQUIRE(bytes);
    CHECK(text_of(value_of(*bytes)) == c.text);
    std::string again;
    append_value(again, value_of(*bytes));
    CHECK(again == *bytes);
  }
}

}  // namespace telemetry::otlp
