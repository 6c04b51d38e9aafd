#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <deque>
#include <random>

#include "io/segment_log/testing.h"

using namespace io::segment_log;
using namespace io::segment_log::testing;

// A writer is killed again and again, at a random moment, with the same folder. The essay's row
// "kill -9": all that was reported durable is there, once and in order; what was acknowledged may
// come again.

namespace {

/// What the writer tells through the pipe; small enough to be written whole or not at all.
struct Report {
  enum class What : uint32_t { durable, acknowledging };
  What what;
  int number;
};

Options kill_options(const std::filesystem::path& folder) {
  Options options;
  options.folder = folder / "queue";
  options.bytes_max = 512 << 10;
  options.segment_bytes = 32 << 10;
  options.commit_interval = std::chrono::milliseconds(1);
  options.commit_bytes = 8 << 10;
  return options;
}

/// Appends numbered records without end from `first` on, reads them and acknowledges some. Runs in
/// a process of its own.
[[noreturn]] void write_until_killed(const std::filesystem::path& folder, int pipe, int first,
                                     uint32_t seed) {
  const auto tell = [pipe](Report report) {
    if (::write(pipe, &report, sizeof report) != sizeof report) ::_exit(1);
  };
  std::atomic<int64_t> offset{0};  // number - sequence; the same for all of a run.
  Options options = kill_options(folder);
  options.on_commit = [&](const Commit& commit) {
    if (!commit.is_durable) ::_exit(1);
    tell({Report::What::durable, static_cast<int>(static_cast<int64_t>(commit.last) + offset)});
  };
  base::metrics::Registry registry;
  auto log = Log::open(options, {registry, "writer"}, base::Logger("writer"));
  if (!log) ::_exit(1);
  const auto cursor = (*log)->cursor("a");
  std::minstd_rand random(seed);
  // Known before the first record can be reported.
  offset = first - static_cast<int64_t>((*log)->next_sequence());
  for (int number = first;; ++number) {
    std::string text = std::to_string(number);
    text.resize(text.size() + random() % (random() % 4 == 0 ? 100'000 : 3000), ' ');
    Append result;
    while ((result = append(**log, text)).status == Append::Status::full) {
      const auto record = cursor->next();
      if (!record) ::_exit(1);
      if (!*record) continue;  // The thread removes what is acknowledged.
      tell({Report::What::acknowledging, number_of(**record)});
      cursor->acknowledge((*record)->sequence);
    }
    if (result.status != Append::Status::written) ::_exit(1);
    if (random() % 2 == 0) continue;
    if (const auto record = cursor->next(); record && *record) {
      tell({Report::What::acknowledging, number_of(**record)});
      cursor->acknowledge((*record)->sequence);
    }
  }
}

struct Killed {
  int durable = 0;       ///< highest number that was reported so
  int acknowledged = 0;  ///< highest number that may have been acknowledged
};

/// Starts a writer, kills it after some reports and some random time.
Killed kill_a_writer(const std::filesystem::path& folder, int first, std::minstd_rand& random) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const uint32_t seed = random();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    write_until_killed(folder, ends[1], first, seed);
  }
  ::close(ends[1]);
  Killed killed;
  const auto take = [&](int timeout_ms) {
    pollfd descriptor{ends[0], POLLIN, 0};
    if (::poll(&descriptor, 1, timeout_ms) <= 0) return false;
    Report report{};
    if (::read(ends[0], &report, sizeof report) != sizeof report) return false;
    int& highest = report.what == Report::What::durable ? killed.durable : killed.acknowledged;
    highest = std::max(highest, report.number);
    return true;
  };
  for (auto left = random() % 100; left > 0 && take(10000); --left) {
  }
  const auto until = Clock::now() + std::chrono::microseconds(random() % 2000);
  while (Clock::now() < until) take(0);
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));  // It did not end by itself, with an error.
  while (take(0)) {
  }
  ::close(ends[0]);
  return killed;
}

uint32_t number_from_environment(const char* name, uint32_t otherwise) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return otherwise;
  const std::string_view digits(text);
  std::from_chars(digits.data(), digits.data() + digits.size(), otherwise);
  return otherwise;
}

}  // namespace

TEST_CASE("segment log: what was durable survives kill -9, once and in order") {
  const uint32_t kills = number_from_environment("SEGMENT_LOG_KILLS", 50);
  const uint32_t seed = number_from_environment("SEGMENT_LOG_SEED", std::random_device()());
  MESSAGE(kills << " kills with SEGMENT_LOG_SEED=" << seed);
  support::Folder folder;
  std::minstd_rand random(seed);
  int last = 0;          // Number of the last record that is known to be in the log.
  int acknowledged = 0;  // Those up to this may be missing.
  uint64_t torn = 0;
  for (uint32_t i = 0; i < kills; ++i) {
    CAPTURE(i);
    const Killed killed = kill_a_writer(folder.path(), last + 1, random);
    acknowledged = std::max(acknowledged, killed.acknowledged);
    base::metrics::Registry registry;
    const base::metrics::Scope scope(registry, "test");
    auto log = Log::open(kill_options(folder.path()), scope, base::Logger("test"));
    REQUIRE(log);
    const auto numbers = read_all(*(*log)->cursor("a"));
    if (numbers.empty()) {
      last = std::max(last, acknowledged);  // All were done with.
    } else {
      REQUIRE(numbers.front() <= acknowledged + 1);
      REQUIRE(numbers == range(numbers.front(), numbers.back()));
      REQUIRE(numbers.back() >= last);
      last = numbers.back();
    }
    REQUIRE(last >= killed.durable);
    const Metrics metrics(scope);
    REQUIRE(metrics.records_damaged->value() == 0);
    REQUIRE(metrics.bad_segments->value() == 0);
    torn += metrics.torn_tails->value();
  }
  MESSAGE(last << " records, " << torn << " torn tails");
  CHECK(last > 0);
}
