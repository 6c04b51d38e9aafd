#include "agent/graph/control_loop.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "tests/support/log_sink.h"

namespace {

using agent::graph::ControlLoop;
using namespace std::chrono_literals;

TEST_CASE("control loop: a question is answered by the loop's thread") {
  ControlLoop loop;
  std::thread thread([&] { loop.run(); });
  CHECK(loop.ask<std::thread::id>([] { return std::this_thread::get_id(); }, 10s) ==
        thread.get_id());
  loop.quit();
  thread.join();
}

TEST_CASE("control loop: nothing is the answer when patience is over, the question is kept") {
  ControlLoop loop;
  std::atomic<bool> asked = false;
  CHECK(loop.ask<int>([&] { return asked = true, 1; }, 1ms) == std::nullopt);
  loop.quit();
  loop.run();
  CHECK(asked);
}

TEST_CASE("control loop: closed, it answers nothing at once and does nothing that was asked") {
  ControlLoop loop;
  std::atomic<int> waiting = 0, asked = 0, answered = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      ++waiting;
      // One may come late, after the closing; it is refused all the same.
      loop.ask<int>([&] { return ++asked; }, 1h) ? ++answered : ++refused;
    });
  REQUIRE(support::eventually([&] { return waiting == 4; }));
  int posted = 0;
  loop.post([&] { ++posted; });
  loop.close_to_questions();
  for (auto& thread : threads) thread.join();
  CHECK(refused == 4);
  loop.quit();
  loop.run();
  CHECK(asked == 0);
  CHECK(posted == 1);
}

TEST_CASE("control loop: a task that closes it refuses those behind it, opened, it answers again") {
  ControlLoop loop;
  std::atomic<bool> waiting = false;
  loop.post([&] {
    CHECK(support::eventually([&] { return waiting.load(); }));
    loop.close_to_questions();
  });
  std::thread asker([&] {
    waiting = true;
    CHECK(loop.ask<int>([] { return 1; }, 1h) == std::nullopt);
  });
  std::thread runner([&] { loop.run(); });
  asker.join();
  loop.open_to_questions();
  CHECK(loop.ask<int>([] { return 2; }, 10s) == 2);
  loop.quit();
  runner.join();
}

}  // namespace
