#include "base/program.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <chrono>

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
