#include "components/loki/source_api/requests.h"

#include <doctest/doctest.h>

#include <vector>

#include "telemetry/wire/content_coding.h"
#include "telemetry/wire/loki_push.h"
#include "telemetry/wire/proto.h"

namespace components::loki::source_api {
namespace {

namespace wire = telemetry::wire;
using telemetry::Entry;
using telemetry::LogBatch;

/// `time{labels} line [name=value ...]` of each entry, one after another with `;` between.
std::string text_of(const LogBatch& batch) {
  std::string text;
  for (const Entry& entry : batch.entries) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{}{} {}", entry.timestamp_ns, to_stream_text(batch.labels(entry)),
                        batch.line(entry));
    for (const auto& pair : batch.metadata_of(entry))
      text += fmt::format(" {}={}", batch.text(pair.name), batch.text(pair.value));
  }
  return text;
}

std::string read_json_text(std::string_view body) {
  const auto pushed = read_push(Encoding::json, body);
  if (!pushed) return "error: " + pushed.error().message;
  return text_of(pushed->batch) +
         (pushed->refused > 0 ? fmt::format(" | {}: {}", pushed->refused, pushed->problem) : "");
}

/// A PushRequest with one stream of these labels and one line, outside its snappy block.
std::string stream_of(std::string_view labels, std::string_view line) {
  std::string entry, stream, request;
  wire::append_bytes(entry, wire::kLine, line);
  wire::append_bytes(stream, wire::kEntry, entry);
  wire::append_bytes(stream, wire::kLabels, labels);
  wire::append_bytes(request, wire::kStream, stream);
  return request;
}

}  // namespace

TEST_CASE("source.api: a push in JSON") {
  struct Case {
    std::string_view body, want;
  };
  const Case cases[] = {
      {R"({"streams":[{"stream":{"a":"b"},"values":[["1","x"],["2","y"]]}]})",
       R"(1{a="b"} x; 2{a="b"} y)"},
      {R"({"streams":[{"values":[["1","x",{"id":"7","k":"\u00e9"}]],"stream":{"a":"b"}}]})",
       "1{a=\"b\"} x id=7 k=\u00e9"},
      {R"({"streams":[{"stream":{},"values":[["-5","tab\there"]]}]})", "-5{} tab\there"},
      {R"({"streams":[{"stream":{"a":""},"values":[["1","x"]]}], "more": [1]})", "1{} x"},
      {R"({"streams":[]})", ""},
      {R"({"streams":null})", ""},
      {R"({})", ""},
      // A stream whose labels cannot be read costs the others nothing.
      {R"({"streams":[{"stream":{"a":1},"values":[["1","x"],["2","y"]]},
           {"stream":{"c":"d"},"values":[["3","z"]]}]})",
       R"(3{c="d"} z | 2: the label "a" is not a string)"},
      {R"({"streams":[{"stream":{"a-b":"c"},"values":[["1","x"]]}]})",
       R"( | 1: "a-b" is not the name of a label)"},
      {R"({"streams":[{"stream":["a"],"values":[["1","x"]]}]})",
       R"( | 1: "stream" is not an object)"},
      // What is not written as the API says costs the request.
      {"", "error: the body is not a JSON object"},
      {R"({"streams":[{"stream":{},"values":[["1","x"]])", "error: the body is not a JSON object"},
      {R"({"streams":{}})", "error: \"streams\" is not a list"},
      {R"({"streams":[7]})", "error: a stream is not an object"},
      {R"({"streams":[{"stream":{},"values":{}}]})", "error: \"values\" is not a list"},
      {R"({"streams":[{"stream":{},"values":["x"]}]})", "error: a value is not a list"},
      {R"({"streams":[{"stream":{},"values":[[1,"x"]]}]})",
       "error: a value is not [\"<time>\", \"<line>\"] or has more than metadata behind"},
      {R"({"streams":[{"stream":{},"values":[["1"]]}]})",
       "error: a value is not [\"<time>\", \"<line>\"] or has more than metadata behind"},
      {R"({"streams":[{"stream":{},"values":[["1.5","x"]]}]})",
       "error: the time \"1.5\" is not a number of nanoseconds"},
      {R"({"streams":[{"stream":{},"values":[["1","x","y"]]}]})",
       "error: structured metadata is not an object"},
      {R"({"streams":[{"stream":{},"values":[["1","x",{"a":7}]]}]})",
       "error: the metadata \"a\" is not a string"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.body);
    CHECK(read_json_text(c.body) == c.want);
  }
}

TEST_CASE("source.api: a push in protobuf is what loki.write sends") {
  LogBatch batch;
  batch.add(1'500'000'000'000'000'001, "first", telemetry::Labels({{"a", "b \"c\"\n"}}));
  batch.entries[0].metadata_first = 0;
  batch.entries[0].metadata_count = 1;
  const telemetry::Slice name = batch.append("trace_id"), value = batch.append("7f");
  batch.metadata.push_back({name, value});
  batch.add(-1, "\xff\x00", telemetry::Labels({{"x", "y"}}));
  wire::PushEncoder encoder;
  for (const Entry& entry : batch.entries)
    encoder.add(encoder.stream(batch.labels(entry)), batch, entry);
  const auto body = wire::decode_body(wire::Coding::snappy, encoder.finish(), 1 << 20);
  REQUIRE(body);
  const auto pushed = read_push(Encoding::proto, *body);
  REQUIRE(pushed);
  CHECK(pushed->refused == 0);
  CHECK(text_of(pushed->batch) == text_of(batch));
}

TEST_CASE("source.api: labels of a push in protobuf") {
  struct Case {
    std::string_view labels, want;
  };
  const Case cases[] = {
      {R"({a="b", c="d"})", R"(0{a="b", c="d"} x)"},
      {"{}", "0{} x"},
      {R"({a="$x [[y]] ${z}"})", R"(0{a="$x [[y]] ${z}"} x)"},
      {R"({a="\xff"})", "0{a=\"\ufffd\"} x"},
      {R"({a!="b"})", "refused"},
      {R"({a="b")", "refused"},
      {R"({a=b})", "refused"},
      {R"({$a})", "refused"},
      {R"({a=$b})", "refused"},
      {"$a", "refused"},
      {"a", "refused"},
      {"", "refused"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.labels);
    const auto pushed = read_push(Encoding::proto, stream_of(c.labels, "x"));
    REQUIRE(pushed);
    CHECK((pushed->refused == 1 ? "refused" : text_of(pushed->batch)) == c.want);
    CHECK(pushed->problem.empty() == (pushed->refused == 0));
  }
}

TEST_CASE("source.api: a request that would take too much memory is refused") {
  std::string entries, request;
  for (size_t i = 0; i <= 500'000; ++i) wire::append_bytes(entries, wire::kEntry, "");
  wire::append_bytes(entries, wire::kLabels, "{}");
  wire::append_bytes(request, wire::kStream, entries);
  CHECK_FALSE(read_push(Encoding::proto, request));
  CHECK_FALSE(read_push(Encoding::proto, "\x0a\x05nonsense"));
  std::string lines;
  for (size_t i = 0; i <= 500'000; ++i) lines += "x\n";
  CHECK_FALSE(read_lines(lines));
}

TEST_CASE("source.api: lines of a raw body") {
  const auto lines = read_lines("one\r\n\n two \nthree");
  REQUIRE(lines);
  CHECK(text_of(*lines) == "0{} one; 0{}  two ; 0{} three");
  CHECK(read_lines("")->entries.empty());
}

TEST_CASE("source.api: what a Content-Type says") {
  CHECK(encoding_of("application/json") == Encoding::json);
  CHECK(encoding_of("Application/JSON; charset=utf-8") == Encoding::json);
  CHECK(encoding_of("application/x-protobuf") == Encoding::proto);
  CHECK(encoding_of("text/plain") == Encoding::proto);
  CHECK_FALSE(encoding_of(""));
  CHECK_FALSE(encoding_of("json"));
}

}  // namespace components::loki::source_api
