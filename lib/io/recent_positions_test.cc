#include "io/recent_positions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "tests/support/folder.h"

namespace io {
namespace {

using Entries = RecentPositions::Entries;

struct RecentFixture {
  support::Folder folder;
  std::filesystem::path file = folder.path() / "positions";

  Entries loaded(uint32_t crc, Entries entries = {}) const {
    RecentPositions(file).load(crc, entries);
    return entries;
  }
};

const std::string kOdd = "a\tb\nc\\ \x01";

}  // namespace

TEST_CASE("recent positions: changes and erasures bring a positions file up to date") {
  RecentFixture f;
  RecentPositions recent(f.file);
  recent.go_on_from(7);
  recent.append({{"k", "1"}, {kOdd, kOdd}, {"gone", std::nullopt}, {"", ""}});
  recent.append({{"k", "2"}});
  const Entries before = {{"k", "0"}, {"gone", "1"}, {"stays", "1"}};
  CHECK(f.loaded(7, before) == Entries{{"k", "2"}, {kOdd, kOdd}, {"", ""}, {"stays", "1"}});
  CHECK(f.loaded(8, before) == before);  // Of another positions file.
}

TEST_CASE("recent positions: a save takes over, and until then both files count") {
  RecentFixture f;
  RecentPositions recent(f.file);
  recent.go_on_from(1);
  recent.append({{"a", "1"}});
  recent.begin(2);
  recent.begin(3);  // The save before failed.
  recent.append({{"b", "1"}});
  CHECK(f.loaded(1) == Entries{{"a", "1"}, {"b", "1"}});
  CHECK(f.loaded(3) == Entries{{"b", "1"}});
  recent.remove_older();
  CHECK(f.loaded(1).empty());
  CHECK(f.loaded(3) == Entries{{"b", "1"}});
  RecentPositions next(f.file);  // A process that goes on.
  next.go_on_from(3);
  next.append({{"c", "1"}});
  CHECK(f.loaded(3) == Entries{{"b", "1"}, {"c", "1"}});
  next.begin(4);
  next.remove_older();
  CHECK(std::filesystem::is_empty(f.folder.path()));
}

TEST_CASE(
    "recent positions: what is noted while a save is on its way counts before it is in place") {
  for (const uint32_t crc : {0U, 1U}) {  // Without a positions file, and with one.
    CAPTURE(crc);
    RecentFixture f;
    RecentPositions recent(f.file);
    recent.go_on_from(crc);
    recent.begin(2);  // Nothing was noted before it.
    recent.append({{"a", "1"}});
    CHECK(f.loaded(crc) == Entries{{"a", "1"}});
    CHECK(f.loaded(2) == Entries{{"a", "1"}});
    recent.remove_older();
    CHECK(f.loaded(crc).empty());
    CHECK(f.loaded(2) == Entries{{"a", "1"}});
  }
}

TEST_CASE("recent positions: cut short or damaged anywhere, what is before counts") {
  RecentFixture f;
  {
    RecentPositions recent(f.file);
    recent.go_on_from(1);
    recent.append({{"a", "1"}, {"b", "2"}, {"a", std::nullopt}});
  }
  const auto path = f.file.string() + ".recent.0";
  const std::string whole = *base::read_file(path);
  const std::vector<Entries> steps = {{}, {{"a", "1"}}, {{"a", "1"}, {"b", "2"}}, {{"b", "2"}}};
  for (size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    REQUIRE(base::write_file_atomic(path, whole.substr(0, at)));
    const auto lines = std::max<ptrdiff_t>(std::ranges::count(whole.substr(0, at), '\n'), 1) - 1;
    CHECK(f.loaded(1) == steps[static_cast<size_t>(lines)]);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
    REQUIRE(base::write_file_atomic(path, damaged));
    const auto entries = f.loaded(1);
    CHECK(std::ranges::find(steps, entries) != steps.end());
    CHECK(entries != steps.back());
  }
}

TEST_CASE("recent positions: without room nothing is written that could be read wrongly") {
  RecentFixture f;
  RecentPositions recent(f.folder.path() / "missing" / "positions");
  recent.go_on_from(1);
  recent.append({{"a", "1"}});
  recent.append({{"a", "2"}});
  CHECK(f.loaded(1).empty());
}

}  // namespace io
