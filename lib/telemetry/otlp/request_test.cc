#include "telemetry/otlp/request.h"

#include <doctest/doctest.h>

#include <string>

#include "telemetry/wire/proto.h"

namespace telemetry::otlp {
namespace {

using wire::append_bytes;

std::string vector_of_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

/// The field in these messages, the outermost first: 1.2.2 is a span in a request.
std::string nested(std::initializer_list<uint32_t> tags, std::string inner) {
  for (auto tag = std::rbegin(tags); tag != std::rend(tags); ++tag) {
    std::string outer;
    append_bytes(outer, *tag, inner);
    inner = std::move(outer);
  }
  return inner;
}

std::string span_with(uint32_t tag, std::string_view value) {
  std::string field;
  append_bytes(field, tag, value);
  return nested({1, 2, 2}, field);
}

std::string problem_of(std::string request, Signal signal = Signal::traces) {
  const auto checked = check(signal, request);
  return checked ? "" : checked.error().message;
}

/// One span of opentelemetry-proto with flags 0x101.
const std::string kVector = vector_of_hex(
    "0a590a150a130a0c736572766963652e6e616d6512030a016112400a030a017312390a105b8efff798038103d269"
    "b633813fc60c1208eee19b7ec3c1b1742a016e3002390100000000000000410200000000000000850101010000");

std::string value_within_values(size_t depth) {
  std::string value;
  wire::append_varint(value, 3, 1);
  for (size_t i = 1; i < depth; ++i) value = nested({5, 1}, value);
  return nested({1, 2, 2, 9, 2}, value);
}

}  // namespace

TEST_CASE("otlp check: a whole request passes and its items are counted") {
  std::string one = kVector;
  CHECK(check(Signal::traces, one)->items == 1);
  CHECK(one == kVector);
  std::string two = kVector + kVector;
  CHECK(check(Signal::traces, two)->items == 2);
  CHECK(count_items(Signal::traces, two) == 2);
  std::string empty;
  CHECK(check(Signal::logs, empty)->items == 0);
  std::string scope_without_spans = nested({1, 2}, "");
  CHECK(check(Signal::traces, scope_without_spans)->items == 0);
  // Metric > sum > three data points.
  std::string points;
  for (int i = 0; i < 3; ++i) append_bytes(points, 1, "");
  std::string metrics = nested({1, 2, 2, 7}, points);
  CHECK(check(Signal::metrics, metrics)->items == 3);
  CHECK(count_items(Signal::metrics, metrics) == 3);
}

TEST_CASE("otlp check: cut anywhere inside a message, it is refused") {
  for (size_t size = 1; size < kVector.size(); ++size)
    CHECK_MESSAGE(problem_of(kVector.substr(0, size)) != "", size);
}

TEST_CASE("otlp check: says what is wrong, and where") {
  CHECK(problem_of(span_with(1, std::string(15, 'x'))) ==
        "resourceSpans.scopeSpans.spans.traceId: 15 bytes instead of 16");
  CHECK(problem_of(span_with(2, std::string(16, 'x'))) ==
        "resourceSpans.scopeSpans.spans.spanId: 16 bytes instead of 8");
  CHECK(problem_of(span_with(7, "text")) ==
        "resourceSpans.scopeSpans.spans.startTimeUnixNano: has another wire type");
  CHECK(problem_of(std::string("\x08\x01", 2)) == "resourceSpans: has another wire type");
  CHECK(problem_of("<html>") != "");
}

TEST_CASE("otlp check: wire format that no reader takes") {
  CHECK(problem_of(nested({1}, std::string("\xa3\x06", 2))) != "");  // group, field 100
  CHECK(problem_of(nested({1}, std::string("\xa6\x06", 2))) != "");  // wire type 6
  CHECK(problem_of(std::string("\x02\x01\x00", 3)) != "");           // field 0
  CHECK(problem_of("\x0a" + std::string(10, '\xff') + "\x01") != "");
  CHECK(problem_of("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") != "");
}

TEST_CASE("otlp check: what is not known passes") {
  std::string unknown;
  append_bytes(unknown, 99, "later");
  append_bytes(unknown, 1000, "before 0.16");
  CHECK(problem_of(nested({1, 2, 2}, unknown)) == "");
  CHECK(problem_of(unknown) == "");
}

TEST_CASE("otlp check: ids may be left out or zero") {
  CHECK(problem_of(span_with(4, "")) == "");
  CHECK(problem_of(span_with(1, std::string(16, '\0'))) == "");
}

TEST_CASE("otlp check: lists of numbers in one piece or one by one") {
  std::string packed, single;
  append_bytes(packed, 6, std::string(16, '\0'));
  wire::append_fixed64(single, 6, 1);
  CHECK(problem_of(nested({1, 2, 2, 9, 1}, packed), Signal::metrics) == "");
  CHECK(problem_of(nested({1, 2, 2, 9, 1}, single), Signal::metrics) == "");
  std::string cut;
  append_bytes(cut, 6, std::string(15, '\0'));
  CHECK(problem_of(nested({1, 2, 2, 9, 1}, cut), Signal::metrics) != "");
}

TEST_CASE("otlp check: values within values") {
  CHECK(problem_of(value_within_values(40)) == "");
  CHECK(problem_of(value_within_values(kValueDepthMax)) == "");
  CHECK(problem_of(value_within_values(100)) != "");
  CHECK(problem_of(value_within_values(10'000)) != "");
}

TEST_CASE("otlp check: bytes that are not UTF-8 are replaced where they stand") {
  std::string request = span_with(5, "a\xff\xc3\xa4\xc3z");
  const auto checked = check(Signal::traces, request);
  REQUIRE(checked);
  CHECK(checked->repaired_bytes == 2);
  CHECK(request == span_with(5, "a?\xc3\xa4?z"));
}

namespace {

/// A request of one resource and scope, which say who they are last, and so many spans.
std::string spans(std::string_view resource, size_t count) {
  std::string scope;
  for (size_t i = 0; i < count; ++i)
    append_bytes(scope, 2, std::string(nested({5}, std::string(resource) + std::to_string(i))));
  append_bytes(scope, 1, nested({1}, "scope"));
  append_bytes(scope, 99, "unknown");
  std::string of_resource;
  append_bytes(of_resource, 2, scope);
  append_bytes(of_resource, 1, resource);
  append_bytes(of_resource, 3, "schema");
  return nested({1}, of_resource);
}

/// "resource/schema/scope/unknown:span,span" for each resource and scope.
std::string text_of(std::string_view request) {
  std::string text;
  wire::ProtoReader resources(request);
  while (resources.next()) {
    std::string resource, schema, scopes;
    wire::ProtoReader in(resources.bytes());
    while (in.next()) {
      if (in.tag() == 1) resource = in.bytes();
      if (in.tag() == 3) schema = in.bytes();
      if (in.tag() != 2) continue;
      std::string scope, unknown, names;
      wire::ProtoReader of_scope(in.bytes());
      while (of_scope.next()) {
        const uint32_t tag = of_scope.tag();
        const std::string_view value = of_scope.bytes();
        wire::ProtoReader field(value);
        if (tag == 99) unknown = value;
        if (tag == 99 || !field.next()) continue;
        (tag == 1 ? scope : names) += (tag == 2 ? "," : "") + std::string(field.bytes());
      }
      scopes += scope + "/" + unknown + names;
    }
    text += resource + "/" + schema + "/" + scopes + ";";
  }
  return text;
}

}  // namespace

TEST_CASE("otlp requests: items are taken off the front, and both parts say whose they are") {
  std::deque<OtlpSlice> waiting;
  waiting.emplace_back(spans("a", 2) + spans("b", 3), 5);
  waiting.emplace_back(spans("c", 1), 1);
  const auto texts = [](const auto& slices) {
    std::string text;
    for (const OtlpSlice& slice : slices) {
      CHECK(slice.items == count_items(Signal::traces, slice.bytes));
      text += text_of(slice.bytes) + "|";
    }
    return text;
  };
  CHECK(texts(take_items(Signal::traces, waiting, 3)) ==
        "a/schema/scope/unknown,a0,a1;|b/schema/scope/unknown,b0;|");
  CHECK(texts(waiting) == "b/schema/scope/unknown,b1,b2;|c/schema/scope/unknown,c0;|");
  CHECK(texts(take_items(Signal::traces, waiting, 0)).empty());
  CHECK(texts(take_items(Signal::traces, waiting, 2)) == "b/schema/scope/unknown,b1,b2;|");
  CHECK(texts(take_items(Signal::traces, waiting, 9)) == "c/schema/scope/unknown,c0;|");
  CHECK(waiting.empty());
}

TEST_CASE("otlp requests: whole resources are taken without a copy") {
  std::deque<OtlpSlice> waiting;
  waiting.emplace_back(spans("a", 2) + spans("b", 3), 5);
  const std::string* owner = waiting.front().owner.get();
  const auto taken = take_items(Signal::traces, waiting, 2);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].owner.get() == owner);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].owner.get() == owner);
}

TEST_CASE("otlp requests: a metric that is cut keeps its name and its temporality") {
  std::string sum;
  for (const char* point : {"p", "q", "r"}) append_bytes(sum, 1, nested({99}, point));
  wire::append_varint(sum, 2, 2);
  std::string metric;
  append_bytes(metric, 1, "name");
  append_bytes(metric, 7, sum);
  append_bytes(metric, 12, "");
  std::deque<OtlpSlice> waiting;
  waiting.emplace_back(nested({1, 2, 2}, metric), 3);
  const auto taken = take_items(Signal::metrics, waiting, 1);
  const auto part = [](std::initializer_list<const char*> points) {
    std::string data;
    for (const char* point : points) append_bytes(data, 1, nested({99}, point));
    wire::append_varint(data, 2, 2);
    std::string whole;
    append_bytes(whole, 1, "name");
    append_bytes(whole, 7, data);
    append_bytes(whole, 12, "");
    return nested({1, 2, 2}, whole);
  };
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].bytes == part({"p"}));
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].bytes == part({"q", "r"}));
}

}  // namespace telemetry::otlp
