#include "io/positions.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "base/files.h"
#include "base/thread.h"
#include "io/positions_text.h"
#include "tests/support/folder.h"

using Entries = std::map<std::string, std::string, std::less<>>;

namespace {

struct PositionsFixture {
  support::Folder folder;
  base::metrics::Registry registry;
  base::metrics::Scope metrics{registry, "test"};
  std::filesystem::path file = folder.path() / "sub" / "positions";

  std::unique_ptr<io::Positions> open() {
    return std::make_unique<io::Positions>(file, metrics, base::Logger("test"));
  }
};

/// Waits until the file holds the key "k".
bool gets_key(const std::filesystem::path& file) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto text = base::read_file(file);
    const auto entries = text ? io::parse_positions(*text) : tl::unexpected(text.error());
    if (entries && entries->contains("k")) return true;
    std::this_thread::yield();
  }
  return false;
}

const Entries kSample = {{"/var/log/a.log\t{job=\"x\"}", "12345 77"},
                         {"cursor-\\", "s=abc\nwith\x01 control"},
                         {"", ""}};

}  // namespace

TEST_CASE("positions: text round trip") {
  for (const Entries& entries : {Entries{}, kSample}) {
    const auto parsed = io::parse_positions(io::format_positions(entries));
    REQUIRE(parsed);
    CHECK(*parsed == entries);
  }
}

TEST_CASE("positions: a file cut short at any byte is refused") {
  const std::string text = io::format_positions(kSample);
  for (size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(!io::parse_positions(text.substr(0, size)));
  }
}

TEST_CASE("positions: any flipped bit is noticed") {
  const std::string text = io::format_positions(kSample);
  for (size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = text;
      broken[at] = static_cast<char>(broken[at] ^ (1 << bit));
      CAPTURE(at);
      CHECK(!io::parse_positions(broken));
    }
    std::string zeroed = text;
    zeroed.replace(at, std::string::npos, text.size() - at, '\0');
    CHECK(!io::parse_positions(zeroed));
  }
}

TEST_CASE("positions: survive a restart, with the previous generation beside") {
  PositionsFixture f;
  {
    auto positions = f.open();
    CHECK(!positions->get("k"));
    positions->set("k", "1");
    REQUIRE(positions->save());
    positions->set("k", "2");
  }
  CHECK(std::filesystem::exists(f.file.string() + ".old"));
  auto positions = f.open();
  CHECK(positions->get("k") == "2");
  CHECK(!positions->lost());
  positions->erase("k");
  CHECK(positions->all().empty());
}

TEST_CASE("positions: what changed survives the end of the process without a save") {
  PositionsFixture f;
  auto positions = f.open();
  positions->set("k", "0");
  REQUIRE(positions->save());
  support::Folder crashed;
  /// Whether a process that is killed now would find it.
  const auto is_kept = [&](std::string_view key, const std::optional<std::string>& value) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (bool is_first = true; is_first || std::chrono::steady_clock::now() < deadline;
         is_first = false) {
      const auto copy = crashed.path() / "copy";
      std::filesystem::remove_all(copy);
      std::error_code code;  // A file may be renamed while it is copied.
      std::filesystem::copy(f.file.parent_path(), copy, code);
      base::metrics::Registry registry;
      io::Positions read(copy / "positions", {registry, "test"}, base::Logger("test"));
      if (!code && read.get(key) == value) return true;
    }
    return false;
  };
  for (int i = 1; i < 20; ++i) {
    positions->set("k", std::to_string(i));
    CHECK(is_kept("k", std::to_string(i)));
  }
  positions->set("other", "x");
  CHECK(is_kept("other", "x"));
  positions->erase("other");
  CHECK(is_kept("other", std::nullopt));
  positions.reset();
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(f.file.parent_path()))
    files += file.is_regular_file() ? 1 : 0;
  CHECK(files == 2);  // Saved: the newest and the previous one.
}

TEST_CASE("positions: the end of the process before the first save was through") {
  PositionsFixture f;
  std::filesystem::create_directories(f.file.parent_path());
  {
    io::RecentPositions recent(f.file);
    recent.begin(io::crc_of("what is being saved"));
    recent.append({{"k", "1"}});
  }
  auto positions = f.open();
  CHECK(positions->get("k") == "1");
  CHECK_FALSE(positions->lost());
  REQUIRE(positions->save());
  CHECK(io::parse_positions(*base::read_file(f.file))->count("k") == 1);
}

TEST_CASE("positions: a torn newest file falls back to the previous one at every cut") {
  PositionsFixture f;
  {
    auto positions = f.open();
    positions->set("k", "1");
    REQUIRE(positions->save());
    positions->set("k", "2");
  }
  const std::string newest = *base::read_file(f.file);
  const std::string old = *base::read_file(f.file.string() + ".old");
  const auto recovered =
      f.metrics.counter("tributary_positions_recovered_total", "", {{"from", "previous"}});
  size_t cuts = 0;
  for (size_t size = 0; size < newest.size(); size += 3, ++cuts) {
    CAPTURE(size);
    REQUIRE(base::write_file_atomic(f.file, newest.substr(0, size)));
    REQUIRE(base::write_file_atomic(f.file.string() + ".old", old));
    {
      auto positions = f.open();
      CHECK(positions->get("k") == "1");
      CHECK(!positions->lost());
    }
    CHECK(io::parse_positions(*base::read_file(f.file)));  // Whole again.
  }
  CHECK(recovered->value() == cuts);
}

TEST_CASE("positions: both generations bad: start empty and say so") {
  PositionsFixture f;
  std::filesystem::create_directories(f.file.parent_path());
  REQUIRE(base::write_file_atomic(f.file, std::string(4096, '\0')));
  REQUIRE(base::write_file_atomic(f.file.string() + ".old", "positions:\n  a: 1\n"));
  auto positions = f.open();
  CHECK(positions->lost());
  CHECK(positions->all().empty());
  positions->set("k", "1");
  CHECK(positions->save());
}

TEST_CASE("positions: saved without being asked, within the interval") {
  PositionsFixture f;
  auto positions = f.open();
  positions->set("k", "7");
  CHECK(gets_key(f.file));
}

TEST_CASE(
    "positions: several stores are saved without being asked, one that cannot does not keep "
    "the others from it") {
  PositionsFixture f, broken;
  std::vector<std::unique_ptr<io::Positions>> stores;
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 5; ++i) {
    f.file = f.folder.path() / std::to_string(i) / "positions";
    files.push_back(f.file);
    stores.push_back(f.open());
  }
  auto failing = broken.open();
  std::filesystem::remove_all(broken.file.parent_path());
  failing->set("k", "v");
  for (const auto& store : stores) store->set("k", "v");
  for (const auto& file : files) CHECK(gets_key(file));
  CHECK_FALSE(failing->save());
  CHECK_FALSE(failing->health());
  std::filesystem::create_directories(broken.file.parent_path());
  CHECK(failing->save());
  CHECK(failing->health());
  failing.reset();
  CHECK(io::parse_positions(*base::read_file(broken.file))->count("k") == 1);
}

TEST_CASE("positions: without a thread they are saved at the end") {
  PositionsFixture f;
  {
    const base::ThreadShortage shortage;
    auto positions = f.open();
    positions->set("k", "7");
  }
  CHECK(io::parse_positions(*base::read_file(f.file))->count("k") == 1);
}

TEST_CASE_FIXTURE(PositionsFixture,
                  "positions: of what is gone the newest are kept, and nothing old") {
  const auto positions = open();
  std::vector<io::Positions::Unneeded> gone;
  const auto count = static_cast<int>(io::Positions::kUnneededMax) + 100;
  for (int i = 0; i < count; ++i) {
    gone.push_back({"key " + std::to_string(i), i});
    positions->set(gone.back().key, "x");
  }
  positions->set("needed", "x");
  positions->forget(gone, 0);
  CHECK(positions->all().size() == io::Positions::kUnneededMax + 1);
  CHECK_FALSE(positions->get("key 99"));
  CHECK(positions->get("key 100"));
  positions->forget({{"key 100", 100}, {"key 200", 200}}, 150);
  CHECK_FALSE(positions->get("key 100"));
  CHECK(positions->get("key 200"));
  CHECK(positions->get("needed"));
}
