#include "base/program.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "base/descriptor.h"

TEST_CASE("run_program: input, output and how it ended") {
  const auto sorted = base::run_program({"sort", "-r"}, "a\nc\nb\n");
  REQUIRE(sorted);
  CHECK(sorted->out == "c\nb\na\n");
  CHECK(sorted->exit_code == 0);

  const auto failed = base::run_program({"sh", "-c", "echo why >&2; exit 3"});
  REQUIRE(failed);
  CHECK(failed->err == "why\n");
  CHECK(failed->exit_code == 3);

  const std::string much(1 << 20, 'x');
  CHECK(base::run_program({"cat"}, much)->out == much);
  CHECK_FALSE(base::run_program({"sh", "-c", "kill -9 $$"}));
  CHECK_FALSE(base::run_program({"no-such-program"}));
}

TEST_CASE("child: runs beside us, and goes when it is dropped") {
  const auto begin = std::chrono::steady_clock::now();
  {
    auto slow = base::Child::start({"sh", "-c", "sleep 600 & sleep 600"});
    REQUIRE(slow);
    pollfd watched{slow->ended_fd(), POLLIN, 0};
    CHECK(::poll(&watched, 1, 0) == 0);
    auto quick = base::Child::start({"cat"}, "text");
    REQUIRE(quick);
    watched.fd = quick->ended_fd();
    CHECK(::poll(&watched, 1, 60'000) == 1);
    CHECK(quick->wait()->out == "text");
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
}

TEST_CASE("child: a signal that ends this process ends its children") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
      for (const int any : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(any, SIG_DFL);  // doctest's
      auto child = base::Child::start({"sleep", "600"});
      const pid_t pid = child ? child->pid() : 0;
      if (::write(ends[1], &pid, sizeof pid) == sizeof pid)
        for (;;) ::pause();
      ::_exit(1);
    }
    ::close(ends[1]);
    const base::Descriptor in(ends[0]);
    pid_t grandchild = 0;
    REQUIRE(::read(in.get(), &grandchild, sizeof grandchild) == sizeof grandchild);
    REQUIRE(grandchild > 0);
    const base::Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, grandchild, 0)));
    REQUIRE(ended);
    REQUIRE(::kill(parent, signal) == 0);
    int status = 0;
    REQUIRE(::waitpid(parent, &status, 0) == parent);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    pollfd watched{ended.get(), POLLIN, 0};
    CHECK(::poll(&watched, 1, 60'000) == 1);
  }
}
