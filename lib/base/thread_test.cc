#include "base/thread.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "base/mutex.h"

namespace base {
namespace {

TEST_CASE("thread: it runs with its name, cut to what the kernel takes") {
  struct Case {
    std::string name, want;
  };
  for (const auto& c :
       {Case{"short", "short"}, Case{"loki.source.docker/web", "loki.source.doc"}}) {
    CAPTURE(c.name);
    std::string seen;
    auto thread = Thread::start(c.name, [&] {
      char name[16] = {};
      ::pthread_getname_np(::pthread_self(), name, sizeof name);
      seen = name;
    });
    REQUIRE(thread);
    CHECK(thread->joinable());
    thread->join();
    CHECK(seen == c.want);
    CHECK_FALSE(thread->joinable());
  }
}

TEST_CASE("thread: going out of scope, and assignment, ask it to stop and wait for it") {
  std::atomic<int> stopped{0};
  const auto run = [&](const std::stop_token& stop) {
    Mutex mutex;
    Condition never;
    Lock lock(mutex);
    never.wait(mutex, stop, [] { return false; });
    ++stopped;
  };
  {
    Thread held = std::move(*Thread::start("first", run));
    held = std::move(*Thread::start("second", run));
    CHECK(stopped == 1);
    const Thread moved = std::move(held);
    CHECK_FALSE(held.joinable());
  }
  CHECK(stopped == 2);
}

TEST_CASE("thread: a process that may have no more threads gets an error") {
  // In a child, as limits of processes are per user and do not bind root.
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit none{1, 1};
    ::setrlimit(RLIMIT_NPROC, &none);
    if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(3);
    const auto thread = Thread::start("too many", [] {});
    if (thread) ::_exit(1);
    ::_exit(thread.error().message.starts_with("cannot start thread too many: ") ? 0 : 2);
  }
  REQUIRE(child > 0);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("thread: the shortage for tests begins after the allowed ones") {
  {
    const ThreadShortage shortage(1);
    CHECK(Thread::start("one", [] {}));
    CHECK_FALSE(Thread::start("two", [] {}));
  }
  CHECK(Thread::start("three", [] {}));
}

TEST_CASE("parallel_for: all is done, with helpers or without") {
  for (const int threads : {0, 1, 100}) {
    const ThreadShortage shortage(threads);
    std::atomic<size_t> sum{0};
    parallel_for(1000, [&](size_t i) { sum += i; });
    CHECK(sum == 999 * 500);
  }
}

}  // namespace
}  // namespace base
