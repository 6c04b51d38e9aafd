#include "io/segment_log/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/thread.h"
#include "io/segment_log/testing.h"

using namespace io::segment_log;
using namespace io::segment_log::testing;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

const auto kSoon = [] { return Clock::now() + std::chrono::seconds(60); };

}  // namespace

TEST_CASE("segment log: records come back in order, over segments and restarts") {
  Fixture fixture;
  {
    const auto log = fixture.open();
    fill(*log, 1, 300);
    CHECK(fixture.files(".seg").size() > 3);
    const auto cursor = log->cursor("a");
    CHECK(read_all(*cursor) == range(1, 300));
    CHECK(read_all(*cursor).empty());
    fill(*log, 301, 310);
    CHECK(read_all(*cursor) == range(301, 310));
    cursor->acknowledge(200);
  }
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  CHECK(cursor->acknowledged() == 200);
  fill(*log, 311, 320);
  CHECK(read_all(*cursor) == range(201, 320));
}

TEST_CASE("segment log: a record keeps its bytes, items and sequence") {
  Fixture fixture;
  fixture.options.bytes_max = 16 << 20;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  for (const size_t size :
       {size_t{1}, size_t{19}, size_t{256} << 10, (size_t{256} << 10) + 1, size_t{3} << 20}) {
    CAPTURE(size);
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 >> 3);
    const auto written = append(*log, bytes, 42);
    REQUIRE(written.status == Append::Status::written);
    auto record = cursor->next();
    REQUIRE(record);
    REQUIRE(*record);
    CHECK((*record)->sequence == written.sequence);
    CHECK((*record)->items == 42);
    CHECK((*record)->bytes == bytes);
  }
}

TEST_CASE("segment log: records of impossible size are refused") {
  Fixture fixture;
  const auto log = fixture.open();
  CHECK(append(*log, "").status == Append::Status::failed);
  const auto result = append(*log, std::string(fixture.options.bytes_max / 2, 'x'));
  CHECK(result.status == Append::Status::failed);
  CHECK(result.error == "a record of 32768 bytes; at least 1 and at most 16384 are possible");
  fill(*log, 1, 1);
  CHECK(log->health().has_value());
}

TEST_CASE("segment log: a segment is removed when every cursor is done with it") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto fast = log->cursor("fast");
  auto slow = log->cursor("slow");
  fill(*log, 1, 300);
  const auto count = [&] {
    REQUIRE(log->commit());
    return fixture.files(".seg").size();
  };
  const size_t all = count();
  fast->acknowledge(300);
  CHECK(count() == all);
  slow->acknowledge(150);
  CHECK(count() < all);
  CHECK(count() > 1);
  slow.reset();
  log->keep_cursors(std::vector<std::string>{"fast"});
  CHECK(count() == 1);  // The one that is written.
}

TEST_CASE("segment log: nothing is left when everything is acknowledged, and numbers go on") {
  Fixture fixture;
  for (int run = 0; run < 3; ++run) {
    CAPTURE(run);
    const auto log = fixture.open();
    const auto cursor = log->cursor("a");
    CHECK(read_all(*cursor).empty());
    const auto written = append(*log, "one");
    CHECK(written.sequence == static_cast<uint64_t>(run + 1));
    cursor->acknowledge(written.sequence);
  }
  CHECK(fixture.files(".seg").empty());
  CHECK(fixture.files("cursors").size() == 1);
}

TEST_CASE("segment log: a new cursor begins at the oldest record that is left") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto first = log->cursor("first");
  fill(*log, 1, 50);
  CHECK(read_all(*log->cursor("second")) == range(1, 50));
}

TEST_CASE("segment log: a new cursor may begin behind the newest record") {
  Fixture fixture;
  auto log = fixture.open();
  fill(*log, 1, 2);
  const auto cursor = log->cursor("late", Log::Begin::end);
  CHECK(cursor->unread() == 0);
  fill(*log, 3, 4);
  CHECK(cursor->unread() == 2);
  CHECK(read_all(*cursor) == range(3, 4));
}

TEST_CASE("segment log: what was handed over otherwise is not read") {
  Fixture fixture;
  auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, 3);
  cursor->skip(2);
  CHECK(cursor->unread() == 1);
  CHECK(read_all(*cursor) == range(3, 3));
  CHECK(cursor->unread() == 0);
  fill(*log, 4, 6);
  cursor->skip(6);
  CHECK(cursor->unread() == 0);
  CHECK(read_all(*cursor).empty());
  fill(*log, 7, 7);
  CHECK(read_all(*cursor) == range(7, 7));
}

TEST_CASE("segment log: what was handed over is not read to find what comes after it") {
  Fixture fixture;
  fixture.options.bytes_max = 1 << 20;  // Segments of 128 KiB.
  std::atomic<size_t> bytes_read{0};
  fixture.options.disk.pread = [&](int fd, void* to, size_t size, off_t at) {
    bytes_read += size;
    return ::pread(fd, to, size, at);
  };
  auto log = fixture.open();
  const auto cursor = log->cursor("a");
  int next = 1;
  for (const int handed_over : {1, 50, 100, 200}) {  // Also into another segment.
    for (const int end = next + handed_over; next < end; ++next) {
      fill(*log, next, next, 1000);
      cursor->skip(static_cast<uint64_t>(next));
    }
    fill(*log, next, next + 1, 1000);
    bytes_read = 0;
    CHECK(read_all(*cursor) == range(next, next + 1));
    CHECK(bytes_read < 3000);
    next += 2;
  }
}

TEST_CASE("segment log: a cursor keeps its place under another name, and is forgotten") {
  Fixture fixture;
  {
    auto log = fixture.open();
    const auto cursor = log->cursor("old");
    fill(*log, 1, 3);
    cursor->acknowledge(2);
    log->rename_cursor("old", "new");
    cursor->acknowledge(2);  // It goes on under the new name.
    CHECK(log->cursor_names() == std::vector<std::string>{"new"});
  }
  auto log = fixture.open();
  CHECK(read_all(*log->cursor("new")) == range(3, 3));
  const auto other = log->cursor("other", Log::Begin::end);
  log->forget_cursor("new");
  log->forget_cursor("new");
  CHECK(log->cursor_names() == std::vector<std::string>{"other"});
  REQUIRE(log->commit());
  other->acknowledge(3);
  fill(*log, 4, 4);
  CHECK(log->commit());
  CHECK(read_all(*other) == range(4, 4));
}

TEST_CASE("segment log: the folder belongs to one process, and to its user") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, 1);
  REQUIRE(log->commit());
  const auto second = Log::open(fixture.options, fixture.scope, base::Logger("test"));
  REQUIRE(!second);
  CHECK(second.error().message ==
        "disk queue: " + fixture.options.folder.string() + " is in use by another process");
  CHECK(mode_of(fixture.options.folder) == 0700);
  for (const auto& entry : std::filesystem::directory_iterator(fixture.options.folder))
    CHECK(mode_of(entry.path()) == 0600);
}

TEST_CASE("segment log: without a thread it does not open, and can be opened later") {
  Fixture fixture;
  {
    const base::ThreadShortage shortage;
    CHECK(!Log::open(fixture.options, fixture.scope, base::Logger("test")));
  }
  CHECK(fixture.open());
}

TEST_CASE("segment log: full, until a cursor is done with the oldest segment") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  const std::string text(1000, 'x');
  Append result;
  while ((result = append(*log, text)).status == Append::Status::written) {
  }
  CHECK(result.status == Append::Status::full);
  CHECK(!log->wait_for_room(text.size(), {}, Clock::now()));
  uint64_t bytes = 0;
  for (const auto& path : fixture.files(".seg")) bytes += std::filesystem::file_size(path);
  CHECK(bytes <= fixture.options.bytes_max);
  CHECK(bytes + 2 * text.size() > fixture.options.bytes_max);
  cursor->acknowledge(10);
  REQUIRE(log->commit());
  CHECK(log->wait_for_room(text.size(), {}, kSoon()));
  CHECK(append(*log, text).status == Append::Status::written);
}

TEST_CASE("segment log: dropping the oldest segment counts what each cursor had not read") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto none = log->cursor("none"), some = log->cursor("some"), all = log->cursor("all");
  int written = 0;
  while (append(*log, std::to_string(++written) + std::string(1000, ' '), 3).status ==
         Append::Status::written) {
  }
  --written;
  read_all(*all);
  for (int i = 0; i < 2; ++i) REQUIRE(some->next());
  const auto names = fixture.files(".seg");
  const auto second = static_cast<int>(*parse_segment_name(names[1].filename().string()));
  const auto dropped = log->drop_oldest();
  REQUIRE(dropped.size() == 2);
  CHECK(dropped[0].cursor == "none");
  CHECK(dropped[0].records == static_cast<uint64_t>(second - 1));
  CHECK(dropped[0].items == static_cast<uint64_t>(second - 1) * 3);
  CHECK(dropped[1].cursor == "some");
  CHECK(dropped[1].records == static_cast<uint64_t>(second - 3));
  CHECK(!std::filesystem::exists(names[0]));
  CHECK(read_all(*some) == range(second, written));  // It had the file open.
  fill(*log, 9, 9);
  CHECK(read_all(*all) == range(9, 9));
}

TEST_CASE("segment log: dropping every segment leaves an empty log that works") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, 200);
  uint64_t records = 0;
  for (auto dropped = log->drop_oldest(); !dropped.empty(); dropped = log->drop_oldest())
    records += dropped[0].records;
  CHECK(records == 200);
  CHECK(fixture.files(".seg").empty());
  fill(*log, 201, 202);
  CHECK(read_all(*cursor) == range(201, 202));
}

TEST_CASE(
    "segment log: a commit is made after the interval, after so many bytes, and when awaited") {
  struct Case {
    std::chrono::milliseconds interval;
    uint64_t bytes;
    std::optional<std::string> awaited{};  ///< a last record
  };
  constexpr uint64_t kMany = uint64_t{1} << 30;
  for (const auto& c : {Case{std::chrono::milliseconds(1), kMany}, Case{std::chrono::hours(1), 500},
                        Case{std::chrono::hours(1), kMany, "21"}}) {
    CAPTURE(c.bytes);
    Fixture fixture;
    std::mutex mutex;
    std::condition_variable_any reported;
    std::vector<Commit> commits;
    fixture.options.commit_interval = c.interval;
    fixture.options.commit_bytes = c.bytes;
    fixture.options.on_commit = [&](const Commit& commit) {
      const std::lock_guard lock(mutex);
      commits.push_back(commit);
      reported.notify_all();
    };
    const auto log = fixture.open();
    fill(*log, 1, 20);
    if (c.awaited) {
      const std::string_view piece = *c.awaited;
      REQUIRE(log->append({&piece, 1}, 1, Urgency::awaited).status == Append::Status::written);
    }
    std::unique_lock lock(mutex);
    CHECK(reported.wait_until(lock, kSoon(),
                              [&] { return !commits.empty() && commits.back().last >= 15; }));
    uint64_t next = 1;
    for (const auto& commit : commits) {
      CHECK(commit.is_durable);
      CHECK(commit.first == next);
      next = commit.last + 1;
    }
  }
}

TEST_CASE("segment log: a reader wakes up for a record, and for stop") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  CHECK(!cursor->wait({}, Clock::now()));
  std::jthread writer([&] { append(*log, "1"); });
  CHECK(cursor->wait({}, kSoon()));
  writer.join();
  CHECK(read_all(*cursor) == range(1, 1));
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK(!cursor->wait(stop.get_token(), kSoon()));
}

TEST_CASE("segment log: appending, reading, acknowledging and committing at once") {
  Fixture fixture;
  fixture.options.bytes_max = 4 << 20;
  fixture.options.segment_bytes = 16 << 10;
  fixture.options.commit_interval = std::chrono::milliseconds(1);
  const auto log = fixture.open();
  constexpr int kRecords = 5000;
  std::vector<std::jthread> readers;
  std::array<std::vector<int>, 2> seen;
  for (size_t i = 0; i < seen.size(); ++i)
    readers.emplace_back([&, i, cursor = std::shared_ptr(log->cursor(std::to_string(i)))] {
      while (seen[i].size() < kRecords && cursor->wait({}, kSoon())) {
        const auto record = cursor->next();
        if (!record || !*record) continue;
        seen[i].push_back(number_of(**record));
        cursor->acknowledge((*record)->sequence);
      }
    });
  fill(*log, 1, kRecords);
  readers.clear();
  for (const auto& numbers : seen) CHECK(numbers == range(1, kRecords));
}

TEST_CASE("segment log: the default bound is a tenth of the file system, at most 1 GiB") {
  const auto bound = default_bytes_max("/tmp/not/there");
  REQUIRE(bound);
  CHECK(*bound <= uint64_t{1} << 30);
  CHECK(*bound >= kBytesMaxLeast);
}
