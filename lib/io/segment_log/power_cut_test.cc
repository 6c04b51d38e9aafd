#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <random>

#include "io/segment_log/testing.h"

using namespace io::segment_log;
using namespace io::segment_log::testing;

// The essay's row "power cut": of each segment only what was synced is sure to be there. What comes
// after it may be missing, zeros, or there.

namespace {

/// Remembers how much of each file was synced.
class SyncedSizes {
 public:
  std::function<int(int)> fdatasync = [this](int fd) {
    struct stat status {};
    const auto path = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd));
    if (::fstat(fd, &status) != 0) return -1;
    const std::lock_guard lock(mutex_);
    sizes_[path.filename()] = static_cast<size_t>(status.st_size);
    return 0;
  };
  size_t of(const std::filesystem::path& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(name);
    return found == sizes_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::filesystem::path, size_t> sizes_;
};

/// The folder as a power cut may leave it.
void copy_after_power_cut(const std::filesystem::path& from, const std::filesystem::path& to,
                          const SyncedSizes& synced, std::minstd_rand& random) {
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::directory_iterator(from)) {
    const auto name = entry.path().filename();
    std::string content = *base::read_file(entry.path());
    if (parse_segment_name(name.string())) {
      const size_t sure = synced.of(name);
      REQUIRE(sure <= content.size());
      const size_t kept = sure + random() % (content.size() - sure + 1);
      const size_t zeros = random() % 3 == 0 ? random() % 5000 : 0;
      content = content.substr(0, kept) + std::string(zeros, '\0');
      if (sure == 0 && random() % 2 == 0) continue;  // Its name was not durable either.
    }
    REQUIRE(base::write_file_atomic(to / name, content, 0600));
  }
}

}  // namespace

TEST_CASE("segment log: a power cut takes nothing that was reported durable") {
  const uint32_t seed = std::random_device()();
  MESSAGE("seed " << seed);
  std::minstd_rand random(seed);
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    Fixture fixture;
    fixture.options.bytes_max = 1 << 20;
    fixture.options.segment_bytes = 4000;
    SyncedSizes synced;
    int durable = 0;
    fixture.options.disk.fdatasync = synced.fdatasync;
    fixture.options.on_commit = [&](const Commit& commit) {
      REQUIRE(commit.is_durable);
      durable = static_cast<int>(commit.last);
    };
    const auto log = fixture.open();
    const auto cursor = log->cursor("a");
    int last = 0;
    int acknowledged = 0;
    for (auto steps = random() % 10; steps > 0; --steps) {
      const int more = static_cast<int>(random() % 20);
      fill(*log, last + 1, last + more, 1 + random() % 1000);
      last += more;
      acknowledged = std::max(acknowledged, static_cast<int>(random() % (last + 1)));
      cursor->acknowledge(static_cast<uint64_t>(acknowledged));
      if (random() % 3 != 0) REQUIRE(log->commit());
    }
    Options after = fixture.options;
    after.folder = fixture.folder.path() / "after";
    after.disk = {};
    copy_after_power_cut(fixture.options.folder, after.folder, synced, random);
    const auto found = Log::open(after, fixture.scope, base::Logger("test"));
    REQUIRE(found);
    const auto survivor = (*found)->cursor("a");
    const auto numbers = read_all(*survivor);
    const auto from = static_cast<int>(survivor->acknowledged()) + 1;
    const bool is_complete = from <= acknowledged + 1 || durable <= acknowledged;
    REQUIRE(is_complete);
    // In order, and without a gap in what was durable.
    REQUIRE(std::is_sorted(numbers.begin(), numbers.end()));
    const std::vector<int> sure = range(from, durable);
    REQUIRE(numbers.size() >= sure.size());
    REQUIRE(std::equal(sure.begin(), sure.end(), numbers.begin()));
  }
}
