#include "telemetry/wire/log_batch_record.h"

#include <doctest/doctest.h>

#include <limits>

using namespace telemetry;
using namespace telemetry::wire;

namespace {

std::string bytes_of(const LogBatch& batch) {
  std::string bytes;
  const LogBatchRecord record(batch);
  for (const auto piece : record.pieces()) bytes += piece;
  return bytes;
}

void add_metadata(LogBatch& batch, std::string_view name, std::string_view value) {
  Entry& entry = batch.entries.back();
  if (entry.metadata_count++ == 0)
    entry.metadata_first = static_cast<uint32_t>(batch.metadata.size());
  const Slice name_slice = batch.append(name);
  batch.metadata.push_back({name_slice, batch.append(value)});
}

LogBatch sample() {
  LogBatch batch;
  batch.add(1'700'000'000'000'000'000, "first", Labels({{"job", "a"}, {"host", "h"}}));
  batch.add(1'700'000'000'000'000'007, "", Labels());
  add_metadata(batch, "trace", "4bf9");
  add_metadata(batch, "span", "");
  batch.add(std::numeric_limits<int64_t>::min(), std::string("nul\0 byte", 9),
            Labels({{"job", "a"}}));
  batch.add(std::numeric_limits<int64_t>::max(), "last", Labels({{"job", "a"}, {"host", "h"}}));
  return batch;
}

/// The batches say the same, however they are laid out.
void check_same(const LogBatch& got, const LogBatch& want) {
  REQUIRE(got.entries.size() == want.entries.size());
  for (size_t i = 0; i < got.entries.size(); ++i) {
    CAPTURE(i);
    const Entry& entry = got.entries[i];
    const Entry& expected = want.entries[i];
    CHECK(entry.timestamp_ns == expected.timestamp_ns);
    CHECK(got.line(entry) == want.line(expected));
    CHECK(got.labels(entry) == want.labels(expected));
    const auto pairs = got.metadata_of(entry), expected_pairs = want.metadata_of(expected);
    REQUIRE(pairs.size() == expected_pairs.size());
    for (size_t pair = 0; pair < pairs.size(); ++pair) {
      CHECK(got.text(pairs[pair].name) == want.text(expected_pairs[pair].name));
      CHECK(got.text(pairs[pair].value) == want.text(expected_pairs[pair].value));
    }
  }
}

}  // namespace

TEST_CASE("batch record: round trip") {
  for (const LogBatch& batch : {LogBatch(), sample()}) {
    const auto decoded = decode_log_batch_record(bytes_of(batch));
    REQUIRE(decoded);
    check_same(*decoded, batch);
    CHECK(decoded->buffer == batch.buffer);
  }
}

TEST_CASE("batch record: the text is not copied") {
  LogBatch batch = sample();
  batch.add(0, std::string(1000, 'x'), Labels());
  CHECK(LogBatchRecord(batch).pieces()[0].data() == batch.buffer.data());
  std::string bytes = bytes_of(batch);
  const char* const data = bytes.data();
  const auto decoded = decode_log_batch_record(std::move(bytes));
  REQUIRE(decoded);
  CHECK(decoded->buffer.data() == data);
}

TEST_CASE("batch record: an entry among others takes few bytes") {
  LogBatch batch;
  for (int i = 0; i < 1000; ++i)
    batch.add(1'700'000'000'000'000'000 + i * 1'000'000, std::string(165, 'x'),
              Labels({{"a", "b"}}));
  CHECK(bytes_of(batch).size() - batch.buffer.size() < 1000 * 9 + 50);
}

TEST_CASE("batch record: what no entry uses is left out") {
  LogBatch batch = sample();
  batch.add(5, std::string(10000, 'x'), Labels({{"unused", "set"}}));
  batch.entries.pop_back();
  batch.entries.erase(batch.entries.begin());  // As a stage that drops lines does.
  const std::string bytes = bytes_of(batch);
  CHECK(bytes.size() < 200);
  const auto decoded = decode_log_batch_record(bytes);
  REQUIRE(decoded);
  check_same(*decoded, batch);
  CHECK(decoded->label_sets.size() == 3);
}

TEST_CASE("batch record: entries that share text, in any order") {
  LogBatch batch;
  const Slice all = batch.append("shared text");
  const uint32_t labels = batch.intern(Labels({{"a", "b"}}));
  batch.entries.push_back({3, {all.offset + 7, 4}, labels, 0, 0});
  batch.entries.push_back({2, all, labels, 0, 0});
  batch.entries.push_back({1, {all.offset, 6}, labels, 0, 0});
  const auto decoded = decode_log_batch_record(bytes_of(batch));
  REQUIRE(decoded);
  check_same(*decoded, batch);
}

TEST_CASE("batch record: bytes that are no batch are refused") {
  const std::string whole = bytes_of(sample());
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(!decode_log_batch_record(whole.substr(0, size)));
  }
  struct Case {
    std::string_view tables;
    char text_bytes, version;
    std::string_view error;
  };
  using namespace std::string_view_literals;
  for (const auto& c :
       {Case{"", 0, 0, "a batch of version 0; only 1 is known"},
        Case{"", 1, 1, "a batch of 8 bytes with 1 of text"},
        Case{"", 0, 1, "a batch of 8 bytes with damaged tables"},
        // No set, one entry that has set 0.
        Case{"\0\1\0\0\0\0\0"sv, 0, 1, "a batch of 15 bytes with damaged tables"},
        // More entries than bytes.
        Case{"\0\xff\xff\xff\xff\x0f"sv, 0, 1, "a batch of 14 bytes with damaged tables"},
        // A line of one byte in a text of none.
        Case{"\1\0\1\0\0\1\0\0"sv, 0, 1, "a batch of 16 bytes with damaged tables"},
        // A byte too many.
        Case{"\0\0\0"sv, 0, 1, "a batch of 11 bytes with damaged tables"}}) {
    CAPTURE(c.error);
    std::string bytes(c.tables);
    for (const char first : {c.text_bytes, c.version}) bytes.append({first, 0, 0, 0});
    const auto refused = decode_log_batch_record(bytes);
    REQUIRE(!refused);
    CHECK(refused.error().message == c.error);
  }
}
