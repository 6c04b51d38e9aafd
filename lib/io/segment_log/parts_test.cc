#include "io/segment_log/testing.h"

using namespace io::segment_log;
using namespace io::segment_log::testing;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("segment log: a part of a cursor goes on where it was, and holds its records") {
  Fixture fixture;
  fixture.options.segment_bytes = 1;  // A segment for each record.
  {
    const auto log = fixture.open();
    const auto cursor = log->cursor("a");
    fill(*log, 1, 9);
    CHECK(read_all(*cursor) == range(1, 9));
    const auto part = cursor->part("lane", 2, 5);
    cursor->acknowledge(8);
    CHECK(read_all(*part) == range(5, 9));
    part->acknowledge(3);
    CHECK(log->cursor_names() == Names{"a"});
    CHECK(cursor->parts() == Names{"lane"});
    REQUIRE(log->commit());
    CHECK(fixture.files(".seg").size() == 6);
  }
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  CHECK(cursor->parts() == Names{"lane"});
  auto part = cursor->part("lane", 0, 1);
  CHECK(part->acknowledged() == 3);
  CHECK(part->next_sequence() == 4);
  CHECK(read_all(*part) == range(4, 9));
  CHECK(read_all(*cursor) == range(9, 9));
  Cursor::forget(std::move(part));
  CHECK(cursor->parts().empty());
  REQUIRE(log->commit());
  CHECK(fixture.files(".seg").size() == 1);
}

TEST_CASE("segment log: parts are renamed, kept and forgotten with their cursor") {
  Fixture fixture;
  {
    const auto log = fixture.open();
    fill(*log, 1, 3);
    const auto first = log->cursor("a"), second = log->cursor("ab");
    (void)first->part("x", 1, 2);
    (void)first->part("", 2, 3);  // The lane may have no name.
    (void)second->part("x", 0, 1);
    log->rename_cursor("a", "\x01gone 1");
    log->rename_cursor("ab", "a");
    CHECK(first->parts() == Names{"", "x"});
    CHECK(second->parts() == Names{"x"});
    CHECK(log->cursor_names() == Names{"\x01gone 1", "a"});
  }
  const auto log = fixture.open();
  CHECK(log->cursor("\x01gone 1")->part("x", 0, 1)->acknowledged() == 1);
  log->forget_cursor("a");
  log->keep_cursors(Names{"\x01gone 1"});
  CHECK(log->cursor("\x01gone 1")->parts() == Names{"", "x"});
  CHECK(log->cursor("a")->parts().empty());
  log->keep_cursors(Names{"a"});
  CHECK(log->cursor("\x01gone 1")->parts().empty());
}

TEST_CASE("segment log: dropping says of each record which cursors and parts had not read it") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, 4);
  CHECK(read_all(*cursor) == range(1, 4));
  const auto part = cursor->part("lane", 2, 3);
  std::vector<int> lost;
  log->drop_oldest([&](const Record& record, std::span<const std::string> names) {
    CHECK(Names(names.begin(), names.end()) == Names{part_name("a", "lane")});
    lost.push_back(number_of(record));
  });
  CHECK(lost == range(3, 4));
}
