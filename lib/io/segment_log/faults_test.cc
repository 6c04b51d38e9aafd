#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "io/segment_log/testing.h"

using namespace io::segment_log;
using namespace io::segment_log::testing;

namespace {

/// A disk whose calls fail while an errno is set.
struct BadDisk {
  std::atomic<int> open{0}, write{0}, sync{0}, read{0};
  size_t write_at_most = 0;  ///< bytes of a failing write that succeed all the same
  std::atomic<int> calls{0};

  Disk calls_on(const Disk& real) {
    Disk disk;
    disk.open = [this, real](const char* path, int flags, mode_t mode) {
      return fail(open) ? -1 : real.open(path, flags, mode);
    };
    disk.writev = [this, real](int fd, const iovec* pieces, int count) {
      if (write == 0) return real.writev(fd, pieces, count);
      if (write_at_most == 0) return fail(write) ? ssize_t{-1} : 0;
      const iovec part{pieces[0].iov_base, std::min(pieces[0].iov_len, write_at_most)};
      write_at_most -= part.iov_len;
      return real.writev(fd, &part, 1);
    };
    disk.fdatasync = [this, real](int fd) { return fail(sync) ? -1 : real.fdatasync(fd); };
    disk.pread = [this, real](int fd, void* to, size_t size, off_t at) {
      return fail(read) ? ssize_t{-1} : real.pread(fd, to, size, at);
    };
    return disk;
  }

 private:
  bool fail(int error) {
    ++calls;
    errno = error;
    return error != 0;
  }
};

struct FaultFixture : Fixture {
  BadDisk disk;
  std::vector<Commit> commits;
  FaultFixture() {
    options.disk = disk.calls_on(Disk{});
    options.on_commit = [this](const Commit& commit) { commits.push_back(commit); };
  }
};

const std::string kLost(100, 'x');

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("segment log: a disk that refuses writes, after any part of a record") {
  for (const int error : {ENOSPC, EIO, EROFS, EDQUOT}) {
    for (const size_t written : {0, 1, 19, 20, 21, 60}) {
      CAPTURE(error);
      CAPTURE(written);
      FaultFixture fixture;
      const auto log = fixture.open();
      const auto cursor = log->cursor("a");
      fill(*log, 1, 3);
      fixture.disk.write = error;
      fixture.disk.write_at_most = written;
      const auto refused = append(*log, kLost);
      CHECK(refused.status == Append::Status::failed);
      CHECK(contains(refused.error, fixture.options.folder.string()));
      CHECK(contains(refused.error, base::fail_errno("", error).value().message.substr(2)));
      CHECK(append(*log, kLost).status == Append::Status::failed);
      REQUIRE(!log->health());
      CHECK(log->health().error().message == append(*log, kLost).error);
      CHECK(read_all(*cursor) == range(1, 3));
      fixture.disk.write = 0;
      fill(*log, 4, 6);
      CHECK(log->health().has_value());
      CHECK(read_all(*cursor) == range(4, 6));
      CHECK(fixture.metrics.errors->value() == 3);
      REQUIRE(log->commit());
      CHECK(fixture.commits.back().last == 6);
      CHECK(fixture.metrics.records_damaged->value() == 0);
    }
  }
}

TEST_CASE("segment log: a segment that cannot be made leaves nothing behind") {
  FaultFixture fixture;
  const auto log = fixture.open();
  fixture.disk.open = EROFS;
  CHECK(contains(append(*log, "1").error, "Read-only file system"));
  fixture.disk.open = 0;
  fixture.disk.write = ENOSPC;
  CHECK(contains(append(*log, "1").error, "No space left on device"));
  CHECK(fixture.files(".seg").empty());
  fixture.disk.write = 0;
  CHECK(append(*log, "1").sequence == 1);
}

TEST_CASE("segment log: what the disk refused is tried again without anything to write") {
  struct Case {
    const char* what;
    std::atomic<int> BadDisk::*part;
  };
  for (const auto& c : {Case{"open", &BadDisk::open}, Case{"write", &BadDisk::write},
                        Case{"sync", &BadDisk::sync}}) {
    CAPTURE(c.what);
    FaultFixture fixture;
    fixture.options.commit_interval = fixture.options.probe_after = std::chrono::milliseconds(1);
    const auto log = fixture.open();
    const auto tries = [&](int more) {
      for (const int wanted = fixture.disk.calls + more; fixture.disk.calls < wanted;)
        std::this_thread::yield();
    };
    fixture.disk.*c.part = ENOSPC;
    append(*log, kLost);
    tries(5);
    CHECK_FALSE(log->health());
    fixture.disk.*c.part = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!log->health() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    CHECK(log->health());
    CHECK(fixture.files("probe").empty());
  }
}

TEST_CASE("segment log: after a failure the disk is left alone for a time") {
  FaultFixture fixture;
  fixture.options.retry_after = std::chrono::hours(1);
  const auto log = fixture.open();
  fixture.disk.open = ENOSPC;
  const auto first = append(*log, "1");
  const int calls = fixture.disk.calls;
  const auto second = append(*log, "1");
  CHECK(second.status == Append::Status::failed);
  CHECK(second.error == first.error);
  CHECK(fixture.disk.calls == calls);
}

TEST_CASE("segment log: records that the disk did not sync are reported so, and can be read") {
  FaultFixture fixture;
  const auto log = fixture.open();
  fill(*log, 1, 3);
  fixture.disk.sync = EIO;
  CHECK(!log->commit());
  fixture.disk.sync = 0;
  CHECK(contains(log->health().error().message, "Input/output error"));
  const size_t segments = fixture.files(".seg").size();
  fill(*log, 4, 5);
  // The kernel may have thrown pages of the first away: nothing more goes there.
  CHECK(fixture.files(".seg").size() == segments + 1);
  CHECK(log->commit());
  CHECK(log->health().has_value());
  REQUIRE(fixture.commits.size() == 2);
  CHECK(!fixture.commits[0].is_durable);
  CHECK(fixture.commits[0].last == 3);
  CHECK(fixture.commits[1].is_durable);
  CHECK(fixture.commits[1].first == 4);
  CHECK(read_all(*log->cursor("a")) == range(1, 5));
}

TEST_CASE("segment log: a read that fails is tried again before its segment is given up") {
  for (const int good_after : {1, Cursor::kTriesMax - 1, Cursor::kTriesMax}) {
    CAPTURE(good_after);
    FaultFixture fixture;
    { fill(*fixture.open(), 1, 3); }
    const auto log = fixture.open();
    const auto cursor = log->cursor("a");
    fill(*log, 4, 5);
    fixture.disk.read = EIO;
    int failed = 0;
    while (failed < good_after && !cursor->next()) ++failed;
    CHECK(failed == good_after);
    fixture.disk.read = 0;
    const bool is_given_up = good_after == Cursor::kTriesMax;
    CHECK(fixture.metrics.records_damaged->value() == (is_given_up ? 3 : 0));
    CHECK(read_all(*cursor) == range(is_given_up ? 4 : 1, 5));
  }
}

TEST_CASE("segment log: a lack of descriptors gives no segment up") {
  FaultFixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, 3);
  fixture.disk.open = EMFILE;
  for (int i = 0; i < 3 * Cursor::kTriesMax; ++i) CHECK(!cursor->next());
  fixture.disk.open = 0;
  CHECK(read_all(*cursor) == range(1, 3));
}

TEST_CASE("segment log: cursors that cannot be saved are saved when they can be") {
  Fixture fixture;
  const auto log = fixture.open();
  const auto cursor = log->cursor("a");
  fill(*log, 1, 3);
  REQUIRE(log->commit());
  const auto file = fixture.options.folder / "cursors";
  std::filesystem::remove(file);
  std::filesystem::create_directories(file / "in the way");
  cursor->acknowledge(2);
  CHECK(!log->commit());
  CHECK(!log->health());
  std::filesystem::remove_all(file);
  CHECK(log->commit());
  CHECK(log->health().has_value());
  CHECK(contains(*base::read_file(file), "a\t2\n"));
}

namespace {

/// Leaves no byte for anybody else.
void take_all_space(const std::filesystem::path& file) {
  const base::Descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const std::string block(4096, 'x');
  while (::write(fd.get(), block.data(), block.size()) > 0) continue;
}

/// On a file system of 1 MiB that runs full, gets space again and becomes read-only. What went
/// wrong; "" when nothing.
std::string use_small_file_system(const std::filesystem::path& mount) {
  base::metrics::Registry registry;
  Options options;
  options.folder = mount / "queue";
  options.bytes_max = 16 << 20;
  options.retry_after = std::chrono::milliseconds(0);
  const std::string text(10000, 'x');
  {
    auto log = Log::open(options, {registry, "test"}, base::Logger("test"));
    if (!log) return log.error().message;
    const auto cursor = (*log)->cursor("a");
    Append result;
    uint64_t written = 0;
    while ((result = append(**log, text)).status == Append::Status::written) ++written;
    if (!contains(result.error, "No space left on device")) return "full: " + result.error;
    if ((*log)->health()) return "full, and healthy";
    uint64_t read = 0;
    while (true) {
      const auto record = cursor->next();
      if (!record) return record.error().message;
      if (!*record) break;
      ++read;
      cursor->acknowledge((*record)->sequence);
    }
    if (read != written) return fmt::format("{} written, {} read", written, read);
    take_all_space(mount / "rest");
    if (auto done = (*log)->commit(); !done) return done.error().message;
    result = append(**log, text);
    if (result.status != Append::Status::written) return "space again: " + result.error;
    if (auto health = (*log)->health(); !health) return health.error().message;
  }
  if (::mount("tmpfs", mount.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m") != 0)
    return "cannot remount";
  auto log = Log::open(options, {registry, "test"}, base::Logger("test"));
  if (!log) return "read-only: " + log.error().message;
  const auto result = append(**log, text);
  if (!contains(result.error, "Read-only file system")) return "read-only: " + result.error;
  const auto record = (*log)->cursor("a")->next();
  return record && *record ? "" : "read-only: cannot read";
}

}  // namespace

TEST_CASE("segment log: a file system that runs full, and one that becomes read-only") {
  support::Folder folder;
  constexpr int kSkipped = 77;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto& mount = folder.path();
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=1m") != 0)
      ::_exit(kSkipped);
    const std::string wrong = use_small_file_system(mount);
    if (!wrong.empty()) fmt::print(stderr, "small file system: {}\n", wrong);
    ::_exit(wrong.empty() ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kSkipped)
    MESSAGE("skipped: mounting is not permitted here");
  else
    CHECK(WEXITSTATUS(status) == 0);
}
