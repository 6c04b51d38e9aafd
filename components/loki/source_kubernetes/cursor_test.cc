#include "components/loki/source_kubernetes/cursor.h"

#include <doctest/doctest.h>

#include <vector>

namespace components::loki::source_kubernetes {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kThen = 1'795'249'348 * kSecond;

/// What the API gives: the lines of the file from this second on.
std::vector<size_t> answer(const std::vector<int64_t>& file, const Cursor& cursor, size_t begin) {
  std::vector<size_t> lines;
  const int64_t since =
      cursor.first().lines == 0 ? 0 : cursor.first().timestamp_ns / kSecond * kSecond;
  for (size_t i = begin; i < file.size(); ++i)
    if (file[i] >= since) lines.push_back(i);
  return lines;
}

}  // namespace

TEST_CASE("kubernetes cursor: text form") {
  Cursor cursor;
  CHECK(cursor.since() == "");
  cursor.begin("containerd://aa", 0);
  cursor.pass(kThen + 5);
  cursor.pass(kThen + 7);
  cursor.pass(kThen + 7);
  CHECK(cursor.text() == "containerd://aa 1795249348000000005:3 1795249348000000007:2");
  CHECK(cursor.since() == "2026-11-21T08:22:28.000000000Z");
  CHECK(Cursor::parse(cursor.text())->text() == cursor.text());
  for (const char* bad :
       {"", "a", "a 1:2", "a 1:2 3", "a 1:2 3:", "a x:2 3:4", "a 1:2 3:4 ", "a 1:-2 3:4"})
    CHECK_FALSE_MESSAGE(Cursor::parse(bad).has_value(), bad);
}

TEST_CASE("kubernetes cursor: reading anew from any line loses none and repeats none") {
  // Equal timestamps, lines out of order within a second and across its end.
  const std::vector<int64_t> file = {kThen,
                                     kThen,
                                     kThen + 9,
                                     kThen + 3,
                                     kThen + kSecond,
                                     kThen + kSecond + 5,
                                     kThen + kSecond,
                                     kThen + kSecond + 5,
                                     kThen + 3 * kSecond};
  for (size_t stop = 0; stop <= file.size(); ++stop) {
    CAPTURE(stop);
    Cursor cursor;
    cursor.begin("c", 0);
    for (size_t i = 0; i < stop; ++i) cursor.pass(file[i]);
    Replay replay(*Cursor::parse(cursor.text()));
    size_t fresh = 0;
    for (const size_t line : answer(file, cursor, 0)) {
      const bool is_new = replay.is_new(file[line]);
      CHECK(is_new == (line >= stop));
      fresh += is_new ? 1 : 0;
    }
    CHECK(fresh == file.size() - stop);
    CHECK(!replay.has_gap());
  }
}

TEST_CASE("kubernetes cursor: after a rotation the last timestamp decides, and a gap shows") {
  const std::vector<int64_t> file = {kThen, kThen + 1, kThen + 2, kThen + 2, kThen + 5, kThen + 6};
  struct Case {
    size_t begin;  ///< of the present file
    size_t read;   ///< before it was rotated
    size_t fresh;
    bool has_gap;
  };
  for (const Case& c : {Case{2, 4, 2, false}, Case{3, 4, 2, false}, Case{4, 4, 2, true},
                        Case{5, 3, 1, true}, Case{1, 1, 5, true}}) {
    CAPTURE(c.begin);
    Cursor cursor;
    for (size_t i = 0; i < c.read; ++i) cursor.pass(file[i]);
    Replay replay(cursor);
    size_t fresh = 0;
    for (const size_t line : answer(file, cursor, c.begin)) fresh += replay.is_new(file[line]);
    CHECK(replay.has_gap() == c.has_gap);
    if (c.begin != 3) CHECK(fresh == c.fresh);
  }
}

TEST_CASE("kubernetes cursor: lines of a new container that were read before it was known") {
  Cursor cursor;
  cursor.begin("a", kThen);
  for (const int64_t stamp : {kThen + 1, kThen + kSecond + 5, kThen + kSecond + 6})
    cursor.pass(stamp);
  // Its line at 6 was taken for one of the container before it.
  cursor.begin("b", kThen + kSecond);
  CHECK(cursor.text() == "b 0:0 1795249349000000006:1");
  CHECK(cursor.since() == "2026-11-21T08:22:29.000000000Z");
  Replay replay(*Cursor::parse(cursor.text()));
  CHECK(!replay.is_new(kThen + kSecond + 6));
  CHECK(replay.is_new(kThen + kSecond + 7));
  CHECK(!replay.has_gap());
  // One that started later has read nothing.
  cursor.begin("c", kThen + 2 * kSecond);
  CHECK(cursor.text() == "c 0:0 0:0");
}

}  // namespace components::loki::source_kubernetes
