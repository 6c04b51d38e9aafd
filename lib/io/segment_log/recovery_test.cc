#include <sys/stat.h>
#include <unistd.h>

#include "io/segment_log/testing.h"

using namespace io::segment_log;
using namespace io::segment_log::testing;

namespace {

constexpr size_t kRecordSize = 50;
constexpr size_t kWhole = kRecordHeaderBytes + kRecordSize;

/// Records 1 to `last`, in one segment that is closed, with a cursor "a" that has read nothing.
void write_segment(Fixture& fixture, int last) {
  fixture.options.bytes_max = 1 << 20;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, last, kRecordSize);
}

std::string content_of(const std::filesystem::path& path) {
  return *base::read_file(path);
}

void replace(const std::filesystem::path& path, std::string_view content) {
  REQUIRE(base::write_file_atomic(path, content, 0600));
}

}  // namespace

TEST_CASE("segment log: a tail torn at any byte is cut off, and is not an error") {
  constexpr int kLast = 5;
  std::string whole;
  {
    Fixture fixture;
    write_segment(fixture, kLast);
    whole = content_of(fixture.files(".seg").at(0));
  }
  for (size_t size = 0; size < whole.size(); ++size) {
    for (const bool has_zeros : {false, true}) {  // As some file systems leave them.
      CAPTURE(size);
      CAPTURE(has_zeros);
      Fixture fixture;
      write_segment(fixture, kLast);
      const auto path = fixture.files(".seg").at(0);
      replace(path, whole.substr(0, size) + std::string(has_zeros ? 100 : 0, '\0'));
      const bool has_header = size >= kSegmentHeaderBytes;
      if (!has_header && size > 0 && has_zeros) continue;  // A bad header.
      const size_t records = has_header ? (size - kSegmentHeaderBytes) / kWhole : 0;
      const bool is_torn = has_zeros || !has_header || (size - kSegmentHeaderBytes) % kWhole != 0;
      const auto log = fixture.open();
      CHECK(fixture.metrics.torn_tails->value() == (is_torn ? 1 : 0));
      CHECK(fixture.metrics.bad_segments->value() == 0);
      CHECK(fixture.metrics.records_damaged->value() == 0);
      CHECK(std::filesystem::exists(path) == (records > 0));
      if (records > 0)
        CHECK(std::filesystem::file_size(path) == kSegmentHeaderBytes + records * kWhole);
      fill(*log, 100, 101, kRecordSize);
      auto expected = range(1, static_cast<int>(records));
      expected.insert(expected.end(), {100, 101});
      CHECK(read_all(*log->cursor("a")) == expected);
    }
  }
}

TEST_CASE("segment log: damage in the middle costs the records that it hits, counted") {
  constexpr int kLast = 9;
  struct Case {
    size_t record;  ///< from 0
    size_t byte;    ///< of it, header included
    size_t size;
    int lost_from, lost_to;
  };
  for (const auto& c : {
           Case{2, 0, 1, 3, 3},           // checksum
           Case{2, 5, 1, 3, 3},           // length
           Case{2, 8, 8, 3, 3},           // sequence
           Case{2, 16, 1, 3, 3},          // items
           Case{2, 40, 1, 3, 3},          // bytes
           Case{0, 0, kWhole, 1, 1},      // the first
           Case{2, 10, kWhole, 3, 4},     // across two
           Case{1, 0, 5 * kWhole, 2, 6},  // five
       }) {
    for (const bool is_newest : {true, false}) {
      CAPTURE(c.record);
      CAPTURE(c.byte);
      CAPTURE(is_newest);
      Fixture fixture;
      write_segment(fixture, kLast);
      const auto path = fixture.files(".seg").at(0);
      std::string content = content_of(path);
      for (size_t i = 0; i < c.size; ++i) {
        char& byte = content[kSegmentHeaderBytes + c.record * kWhole + c.byte + i];
        byte = static_cast<char>(byte ^ 0xa5);
      }
      replace(path, content);
      if (!is_newest) fill(*fixture.open(), 10, 12, kRecordSize);
      auto expected = range(1, c.lost_from - 1);
      for (const int i : range(c.lost_to + 1, is_newest ? kLast : 12)) expected.push_back(i);
      const auto lost = static_cast<uint64_t>(c.lost_to) - static_cast<uint64_t>(c.lost_from) + 1;
      {
        const auto log = fixture.open();
        const auto cursor = log->cursor("a"), second = log->cursor("b");
        CHECK(read_all(*cursor) == expected);
        CHECK(read_all(*second) == expected);
        CHECK(fixture.metrics.records_damaged->value() == lost);  // Not once a cursor.
        CHECK(fixture.metrics.torn_tails->value() == 0);
        CHECK(fixture.files(".bad").empty());
        cursor->acknowledge(cursor->acknowledged() + (is_newest ? 9 : 12));
        log->keep_cursors(std::vector<std::string>{"a", "b"});
        second->acknowledge(is_newest ? 9 : 12);
      }
      CHECK(fixture.files(".bad").size() == 1);
      CHECK(fixture.files(".seg").empty());
      CHECK(fixture.metrics.bad_segments->value() == 1);
    }
  }
}

TEST_CASE("segment log: damage at the end of a segment that is not the newest is no torn tail") {
  Fixture fixture;
  write_segment(fixture, 9);
  const auto path = fixture.files(".seg").at(0);
  fill(*fixture.open(), 10, 12, kRecordSize);
  REQUIRE(::truncate(path.c_str(), static_cast<off_t>(kSegmentHeaderBytes + 7 * kWhole + 3)) == 0);
  const auto log = fixture.open();
  auto expected = range(1, 7);
  expected.insert(expected.end(), {10, 11, 12});
  CHECK(read_all(*log->cursor("a")) == expected);
  CHECK(fixture.metrics.records_damaged->value() == 2);
  CHECK(fixture.metrics.torn_tails->value() == 0);
}

TEST_CASE("segment log: a segment with a header that is not good is set aside") {
  struct Case {
    const char* what;
    void (*change)(Fixture& fixture, std::string& content);
  };
  const Case cases[] = {{"version", [](Fixture&, std::string& content) { content[8] = 2; }},
                        {"checksum", [](Fixture&, std::string& content) { content[28] ^= 1; }},
                        {"kind", [](Fixture& fixture, std::string&) { fixture.options.kind = 8; }},
                        {"name", [](Fixture&, std::string& content) {
                           content.replace(0, kSegmentHeaderBytes, SegmentHeader{7, 99}.format());
                         }}};
  for (const auto& c : cases) {
    CAPTURE(c.what);
    Fixture fixture;
    write_segment(fixture, 9);
    const auto path = fixture.files(".seg").at(0);
    std::string content = content_of(path);
    c.change(fixture, content);
    replace(path, content);
    const auto log = fixture.open();
    CHECK(fixture.metrics.bad_segments->value() == 1);
    CHECK(fixture.files(".bad").size() == 1);
    fill(*log, 10, 11, kRecordSize);  // Numbers that it may have used are not used again.
    CHECK(*parse_segment_name(fixture.files(".seg").at(0).filename().string()) > 9);
    CHECK(read_all(*log->cursor("a")) == range(10, 11));
  }
}

TEST_CASE("segment log: FIFOs under its names hold up nothing") {
  for (const std::string name : {"lock", "0000000000000001.seg", "cursors", "probe"}) {
    CAPTURE(name);
    Fixture fixture;
    std::filesystem::create_directories(fixture.options.folder);
    REQUIRE(::mkfifo((fixture.options.folder / name).c_str(), 0600) == 0);
    const auto log = Log::open(fixture.options, fixture.scope, base::Logger("test"));
    REQUIRE(log.has_value() == (name != "lock"));
    if (!log) {
      CHECK(log.error().message.ends_with("/lock is not a regular file"));
      continue;
    }
    fill(**log, 1, 3);
    CHECK(read_all(*(*log)->cursor("a")).size() == 3);
  }
}

TEST_CASE("segment log: few .bad files are kept, and they go first when the log is full") {
  Fixture fixture;
  for (int run = 0; run < 4; ++run) {
    const auto log = fixture.open();
    const auto cursor = log->cursor("a");
    fill(*log, 1, 3, 5000);
    const auto path = fixture.files(".seg").at(0);
    std::string content = content_of(path);
    content[100] ^= 1;
    REQUIRE(base::write_file_atomic(path, content, 0600));
    uint64_t last = 0;
    while (const auto record = *cursor->next()) last = record->sequence;
    cursor->acknowledge(last);
  }
  CHECK(fixture.files(".bad").size() == 2);
  const auto log = fixture.open();
  const std::string text(5000, 'x');
  while (append(*log, text).status == Append::Status::written) {
  }
  CHECK(fixture.files(".bad").empty());
}

TEST_CASE("segment log: without a good file of cursors everything is read again") {
  for (const std::string_view content : {"", "tributary-positions 1\na\t3\n", "garbage"}) {
    CAPTURE(content);
    Fixture fixture;
    write_segment(fixture, 9);
    {
      const auto log = fixture.open();
      log->cursor("a")->acknowledge(5);
    }
    replace(fixture.options.folder / "cursors", content);
    CHECK(read_all(*fixture.open()->cursor("a")) == range(1, 9));
  }
}

TEST_CASE("segment log: numbers that were acknowledged are not given out again") {
  Fixture fixture;
  write_segment(fixture, 9);
  {
    const auto log = fixture.open();
    log->cursor("a")->acknowledge(8);
  }
  // As after a power cut that took records whose acknowledgement it left.
  REQUIRE(::truncate(fixture.files(".seg").at(0).c_str(),
                     static_cast<off_t>(kSegmentHeaderBytes + 4 * kWhole)) == 0);
  const auto log = fixture.open();
  CHECK(append(*log, "10").sequence == 9);
  CHECK(read_all(*log->cursor("a")) == range(10, 10));
  CHECK(fixture.metrics.records_damaged->value() == 0);
}
