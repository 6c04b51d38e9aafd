#include "telemetry/wire/remote_write.h"

#include <doctest/doctest.h>

#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

SeriesTablePtr table() {
  SeriesTable::Builder builder;
  builder.add_series({{"__name__", "up"}, {"job", "a"}});
  builder.add_series({{"__name__", "down"}});
  return builder.build();
}

std::string whole(const WriteEncoder& encoder) {
  return encoder.finish(encoder.encoded());
}

}  // namespace

TEST_CASE("remote write: samples come out as they went in") {
  const auto series = table();
  WriteEncoder encoder;
  encoder.add(series->wire(0), 1700000000123, 1.5);
  encoder.add(series->wire(1), -5, stale_marker());
  encoder.add(series->wire(0), 0, 0);
  encoder.add_histogram(series->wire(1), "\x78\x05");  // 15: 5 ms
  encoder.add_exemplar(series->wire(0), "\x18\x07");   // 3: 7 ms
  CHECK(encoder.entries() == 5);
  const auto batch = decode_write(whole(encoder));
  REQUIRE(batch);
  REQUIRE(batch->samples.size() == 3);
  CHECK(batch->series->get(batch->samples[0].series, "job") == "a");
  CHECK(batch->samples[0].time_ms == 1700000000123);
  CHECK(batch->samples[0].value == 1.5);
  CHECK(batch->series->wire(batch->samples[1].series) == series->wire(1));
  CHECK(batch->samples[1].time_ms == -5);
  CHECK(is_stale_marker(batch->samples[1].value));
  CHECK(batch->samples[2].time_ms == 0);
  REQUIRE(batch->histograms.size() == 1);
  CHECK(batch->histograms[0].time_ms == 5);
  CHECK(batch->text(batch->histograms[0].message) == "\x78\x05");
  REQUIRE(batch->exemplars.size() == 1);
  CHECK(batch->exemplars[0].time_ms == 7);
}

TEST_CASE("remote write: a request is made of any of its entries") {
  const auto series = table();
  WriteEncoder encoder;
  for (int i = 0; i < 10; ++i) encoder.add(series->wire(0), i, i);
  const std::vector<WriteEncoder::Encoded> some = {encoder.encoded()[1], encoder.encoded()[2],
                                                   encoder.encoded()[7]};
  const auto batch = decode_write(encoder.finish(some));
  REQUIRE(batch);
  REQUIRE(batch->samples.size() == 3);
  CHECK(batch->samples[2].value == 7);
  encoder.reset();
  CHECK(encoder.entries() == 0);
  CHECK(decode_write(whole(encoder))->samples.empty());
}

TEST_CASE("remote write: labels of others are sorted, and what is malformed is refused") {
  using namespace std::string_literals;
  const auto compressed = [](std::string_view message) {
    return compress_block(std::vector<std::string_view>{message});
  };
  // Labels b=2, a=1; one sample.
  const std::string unsorted =
      "\x0a\x1b\x0a\x06\x0a\x01"
      "b\x12\x01"
      "2\x0a\x06\x0a\x01"
      "a\x12\x01"
      "1\x12\x09\x09\0\0\0\0\0\0\xf0\x3f"s;
  const auto batch = decode_write(compressed(unsorted));
  REQUIRE(batch);
  REQUIRE(batch->samples.size() == 1);
  CHECK(batch->samples[0].value == 1);
  LabelView label;
  auto reader = batch->series->labels(0);
  REQUIRE(reader.next(label));
  CHECK(label.name == "a");
  for (size_t cut = 1; cut < unsorted.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(decode_write(compressed(unsorted.substr(0, cut))));
  }
  CHECK_FALSE(decode_write("not snappy"));
  CHECK_FALSE(decode_write(""));
}

namespace {

std::string label(std::string_view name, std::string_view value) {
  std::string fields, out;
  append_bytes(fields, 1, name);
  append_bytes(fields, 2, value);
  append_bytes(out, 1, fields);
  return out;
}

/// A series with a sample, an exemplar and a histogram.
std::string series_of(std::string_view labels) {
  std::string series(labels), out;
  append_bytes(series, 2, "\x10\x05");
  append_bytes(series, 3, "\x18\x06");
  append_bytes(series, 4, "\x78\x07");
  append_bytes(out, 1, series);
  return out;
}

}  // namespace

TEST_CASE("remote write: series of others whose labels no server takes are left out, and counted") {
  const std::string name = label("__name__", "a");
  struct Case {
    std::string labels;
    size_t invalid;
  };
  for (const auto& c : std::vector<Case>{{name, 0},
                                         {label("x", "") + name, 0},
                                         {label("x", "1"), 3},
                                         {label("__name__", ""), 3},
                                         {"", 3},
                                         {name + label("x", "1") + label("x", "2"), 3},
                                         {name + label("", "1"), 3},
                                         {name + label("x", "\xff"), 3},
                                         {name + label("\xff", "x"), 3}}) {
    CAPTURE(c.labels);
    const auto read = read_write(series_of(c.labels) + series_of(label("__name__", "b")), 6);
    REQUIRE(read);
    CHECK(read->invalid == c.invalid);
    CHECK(read->batch.count() == 6 - c.invalid);
    CHECK(read->batch.series->size() == 2 - c.invalid / 3);
    CHECK(read->batch.series->get(read->batch.samples.back().series, "__name__") == "b");
    CHECK(read->batch.series->get(0, "x").empty());
    CHECK(read->batch.exemplars.back().time_ms == 6);
    CHECK(read->batch.histograms.back().time_ms == 7);
  }
}

TEST_CASE("remote write: samples that take next to no bytes are bounded, and parts are whole") {
  std::string series = label("__name__", "a"), message;
  for (int i = 0; i < 4; ++i) append_bytes(series, 2, "");
  append_bytes(message, 1, series);
  CHECK(read_write(message, 4));
  CHECK_FALSE(read_write(message, 3));
  // Those that are left out count as well.
  const std::string unnamed = series_of(label("x", "1"));
  CHECK(read_write(unnamed + message, 7));
  CHECK_FALSE(read_write(unnamed + message, 6));
  for (const uint32_t tag : {1U, 2U, 3U, 4U}) {
    CAPTURE(tag);
    std::string cut = label("__name__", "a"), request;
    append_bytes(cut, tag, "\x0a\x05");
    append_bytes(request, 1, cut);
    CHECK_FALSE(read_write(request, 4));
  }
}

}  // namespace telemetry::wire
