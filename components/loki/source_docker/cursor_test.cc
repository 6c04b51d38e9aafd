#include "components/loki/source_docker/cursor.h"

#include <doctest/doctest.h>

#include <vector>

namespace components::loki::source_docker {
namespace {

constexpr int64_t kNow = 1'795'249'348'342'090'367;

struct Written {
  Stream stream;
  int64_t timestamp_ns;
};

}  // namespace

TEST_CASE("cursor: text form") {
  Cursor cursor;
  CHECK(cursor.text() == "0:0 0:0");
  CHECK(cursor.since() == "0");
  cursor.pass(Stream::out, kNow);
  cursor.pass(Stream::out, kNow);
  cursor.pass(Stream::err, 7);
  CHECK(cursor.text() == "1795249348342090367:2 7:1");
  CHECK(cursor.since() == "1795249347.342090367");
  CHECK(Cursor::parse(cursor.text())->text() == cursor.text());
  for (const char* bad : {"", "1795249348", "1:2", "1:2 3", "1:2 3:", "1:2 3:4 ", "a:1 2:3",
                          "1:-2 3:4", "1:2  3:4", "99999999999999999999:1 2:3"}) {
    CAPTURE(bad);
    CHECK_FALSE(Cursor::parse(bad).has_value());
  }
}

TEST_CASE("cursor: reading anew from any line loses none and repeats none") {
  // Equal timestamps, both streams, a line of stderr that follows a younger one of stdout.
  const std::vector<Written> log = {
      {Stream::out, kNow},      {Stream::out, kNow},     {Stream::err, kNow - 5},
      {Stream::err, kNow},      {Stream::out, kNow},     {Stream::out, kNow + 1},
      {Stream::out, kNow + 90}, {Stream::err, kNow + 2}, {Stream::err, kNow + 2},
      {Stream::out, kNow + 90},
  };
  for (size_t stop = 0; stop <= log.size(); ++stop) {
    CAPTURE(stop);
    Cursor cursor;
    for (size_t i = 0; i < stop; ++i) cursor.pass(log[i].stream, log[i].timestamp_ns);
    Replay replay(*Cursor::parse(cursor.text()));
    size_t fresh = 0;
    for (size_t i = 0; i < log.size(); ++i) {
      const bool is_new = replay.is_new(log[i].stream, log[i].timestamp_ns);
      CHECK(is_new == (i >= stop));
      fresh += is_new ? 1 : 0;
    }
    CHECK(fresh == log.size() - stop);
  }
}

TEST_CASE("cursor: a clock set back loses nothing on the running stream") {
  Cursor cursor;
  cursor.pass(Stream::out, kNow);
  Replay replay(cursor);
  CHECK_FALSE(replay.is_new(Stream::out, kNow));
  CHECK(replay.is_new(Stream::out, kNow + 1));
  CHECK(replay.is_new(Stream::out, kNow - 100));
}

}  // namespace components::loki::source_docker
