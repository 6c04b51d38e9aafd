#include "telemetry/wire/loki_push.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <limits>

#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"
#include "tests/support/push_decoder.h"

namespace telemetry::wire {
namespace {

using support::decode_push;
using support::decode_push_json;
using support::decode_push_message;
using support::parse_stream_text;

/// One line per entry: `labels ts line [name=value ...]`.
std::string print(const LogBatch& batch) {
  std::string out;
  for (const Entry& entry : batch.entries) {
    out += fmt::format("{} {} {}", to_stream_text(batch.labels(entry)), entry.timestamp_ns,
                       batch.line(entry));
    for (const auto& pair : batch.metadata_of(entry))
      out += fmt::format(" [{}={}]", batch.text(pair.name), batch.text(pair.value));
    out += '\n';
  }
  return out;
}

std::string encode(const LogBatch& batch, PushEncoder& encoder) {
  for (const Entry& entry : batch.entries)
    encoder.add(encoder.stream(batch.labels(entry)), batch, entry);
  return encoder.finish();
}

LogBatch sample() {
  LogBatch batch;
  const Labels a({{"job", "a"}});
  const Labels b({{"job", "b"}, {"host", "x\"y"}});
  batch.add(1'700'000'000'123'456'789, "first of a", a);
  batch.add(1'700'000'001'000'000'000, "first of b", b);
  batch.add(-1, "before the epoch", b);
  batch.add(0, "", a);
  batch.entries.back().metadata_first = 0;
  batch.entries.back().metadata_count = 2;
  batch.metadata = {{batch.append("trace"), batch.append("1")},
                    {batch.append("empty"), batch.append("")}};
  batch.add(std::numeric_limits<int64_t>::min() + 1'000'000'000, std::string(300, 'x'), b);
  return batch;
}

}  // namespace

TEST_CASE("push: a request can be sent in parts") {
  PushEncoder encoder;
  const auto whole = decode_push(encode(sample(), encoder));
  REQUIRE(whole.has_value());
  const std::vector<PushEncoder::Encoded> all = encoder.encoded();
  REQUIRE(all.size() == encoder.entries());
  size_t bytes = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    bytes += all[i].bytes;
    CHECK(all[i].timestamp_ns == whole->entries[i].timestamp_ns);
    CHECK(all[i].line_bytes == whole->entries[i].line.size);
    CHECK(encoder.stream_text(all[i].stream) == to_stream_text(whole->labels(whole->entries[i])));
  }
  CHECK(bytes == encoder.bytes());
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    std::string printed;
    for (const auto part : {std::span(all).first(cut), std::span(all).subspan(cut)})
      printed += print(*decode_push(encoder.finish(part)));
    CHECK(printed == print(*whole));
  }
}

TEST_CASE("push: what is encoded comes back, stream by stream, in order") {
  PushEncoder encoder;
  const auto decoded = decode_push(encode(sample(), encoder));
  REQUIRE(decoded.has_value());
  CHECK(print(*decoded) ==
        "{job=\"a\"} 1700000000123456789 first of a\n"
        "{job=\"a\"} 0  [trace=1] [empty=]\n"
        "{host=\"x\\\"y\", job=\"b\"} 1700000001000000000 first of b\n"
        "{host=\"x\\\"y\", job=\"b\"} -1 before the epoch\n"
        "{host=\"x\\\"y\", job=\"b\"} -9223372035854775808 " +
            std::string(300, 'x') + "\n");
  CHECK(encoder.entries() == 5);
  CHECK(encoder.streams() == 2);
  encoder.reset();
  CHECK(encoder.empty());
  CHECK(encoder.bytes() == 0);
  CHECK(print(*decode_push(encoder.finish())).empty());
}

TEST_CASE("push: labels that start with __ do not make a stream of their own") {
  LogBatch batch;
  batch.add(1, "one", Labels({{"job", "a"}, {"__tenant_id__", "t"}}));
  batch.add(2, "two", Labels({{"job", "a"}}));
  PushEncoder encoder;
  const auto decoded = decode_push(encode(batch, encoder));
  REQUIRE(decoded.has_value());
  CHECK(encoder.streams() == 1);
  CHECK(print(*decoded) == "{job=\"a\"} 1 one\n{job=\"a\"} 2 two\n");
}

TEST_CASE("push: asking for a stream does not make one") {
  PushEncoder encoder;
  CHECK_FALSE(encoder.has_stream(Labels({{"job", "a"}})));
  CHECK(encoder.streams() == 0);
  encoder.stream(Labels({{"job", "a"}}));
  CHECK(encoder.has_stream(Labels({{"job", "a"}})));
  CHECK(encoder.has_stream(Labels({{"job", "a"}, {"__path__", "x"}})));
  CHECK_FALSE(encoder.has_stream(Labels({{"job", "b"}})));
  CHECK(encoder.streams() == 1);
}

TEST_CASE("push: bytes are what batch_size counts") {
  const LogBatch batch = sample();
  PushEncoder encoder;
  encode(batch, encoder);
  size_t bytes = 0;
  for (const Entry& entry : batch.entries) bytes += PushEncoder::size_of(batch, entry);
  CHECK(encoder.bytes() == bytes);
  CHECK(PushEncoder::size_of(batch, batch.entries[0]) == 10);
}

TEST_CASE("push: many interleaved streams keep their order") {
  LogBatch batch;
  for (int i = 0; i < 5000; ++i)
    batch.add(i, fmt::format("line {}", i), Labels({{"n", std::to_string(i % 7)}}));
  PushEncoder encoder;
  const auto decoded = decode_push(encode(batch, encoder));
  REQUIRE(decoded.has_value());
  REQUIRE(decoded->entries.size() == 5000);
  CHECK(decoded->label_sets.size() == 7);
  size_t out_of_order = 0;
  for (size_t i = 1; i < decoded->entries.size(); ++i)
    if (decoded->entries[i].labels == decoded->entries[i - 1].labels &&
        decoded->entries[i].timestamp_ns <= decoded->entries[i - 1].timestamp_ns)
      ++out_of_order;
  CHECK(out_of_order == 0);
}

TEST_CASE("push: a torn or changed body is an error or another batch, never a crash") {
  PushEncoder encoder;
  const std::string body = encode(sample(), encoder);
  const std::string message = *uncompress_block(body, support::kPushBytesMax);
  size_t torn_but_whole = 0;
  for (size_t i = 1; i < message.size(); ++i)
    torn_but_whole += decode_push_message(message.substr(0, i)).has_value();
  CHECK(torn_but_whole == 1);  // Between the two streams.
  for (size_t i = 0; i < body.size(); ++i) {
    CHECK_FALSE(decode_push(body.substr(0, i)).has_value());
    for (const char change : {'\x00', '\x7f', '\xff'}) {
      std::string changed = body;
      changed[i] = change;
      (void)decode_push(changed);
    }
  }
}

TEST_CASE("push: a length that lies takes no memory") {
  std::string lie;
  for (const char c : {'\xff', '\xff', '\xff', '\x7f', '\x00'}) lie += c;
  CHECK_FALSE(decode_push(lie).has_value());
}

TEST_CASE("push: JSON") {
  const auto decoded = decode_push_json(
      R"({"streams": [{"stream": {"job": "a"}, "values": [["1", "x"], ["2", "y", {"k": "v"}]]}]})");
  REQUIRE(decoded.has_value());
  CHECK(print(*decoded) == "{job=\"a\"} 1 x\n{job=\"a\"} 2 y [k=v]\n");
  for (std::string_view bad : {"", "[]", "{}", R"({"streams": 1})", R"({"streams": [1]})",
                               R"({"streams": [{"stream": {"a": 1}, "values": []}]})",
                               R"({"streams": [{"stream": {}, "values": [["x", "y"]]}]})",
                               R"({"streams": [{"stream": {}, "values": [["", "y"]]}]})",
                               R"({"streams": [{"stream": {}, "values": [[1, "y"]]}]})",
                               R"({"streams": [{"stream": {}, "values": [["1", "y", []]]}]})",
                               R"({"streams": [{"stream": {}}]})"}) {
    CAPTURE(bad);
    CHECK_FALSE(decode_push_json(bad).has_value());
  }
  CHECK_FALSE(decode_push_json(std::string(100'000, '[')).has_value());
}

TEST_CASE("push: stream text") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& c : {Case{"{}", "{}"}, Case{R"({ b = "1",a="2" , })", R"({a="2", b="1"})"},
                        Case{R"({a="x\ty"})", R"({a="x\ty"})"}, Case{"{a=`x`}", R"({a="x"})"}}) {
    CAPTURE(c.text);
    const auto labels = parse_stream_text(c.text);
    REQUIRE(labels.has_value());
    CHECK(to_stream_text(*labels) == c.want);
  }
  for (std::string_view bad : {"", "{", "a", "{a}", "{a=}", "{a=\"x}", "{a=\"x\"", "{1a=\"x\"}",
                               "{a=\"x\" b=\"y\"}", "{} x", "{,}"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_stream_text(bad).has_value());
  }
}

TEST_CASE("proto: malformed fields") {
  struct Case {
    std::string bytes;
    bool ok;
  };
  using namespace std::string_literals;
  for (const auto& c :
       {Case{"", true}, Case{"\x08\x01"s, true}, Case{"\x08"s, false}, Case{"\x00\x01"s, false},
        Case{"\x0b"s, false}, Case{"\x09\x01"s, false}, Case{"\x0d\x01\x02\x03\x04"s, true},
        Case{"\x12\x05xyz"s, false}, Case{"\x08"s + std::string(11, '\xff'), false}}) {
    ProtoReader in(c.bytes);
    while (in.next()) in.skip();
    CHECK(in.ok() == c.ok);
  }
}

}  // namespace telemetry::wire
