#include "io/loop.h"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

#include "base/thread.h"

using namespace std::chrono_literals;
using Clock = io::Timer::Clock;

TEST_CASE("loop: a timer calls once, at the time that was set last") {
  io::Loop loop;
  REQUIRE(loop.start());
  REQUIRE(loop.start());
  io::Timer timer(loop);
  std::promise<Clock::time_point> called;
  std::atomic<int> wrong{0};
  timer.set(Clock::now() + 1h, [&] { ++wrong; });
  timer.set(Clock::now(), [&] { ++wrong; });
  const auto when = Clock::now() + 20ms;
  timer.cancel();
  const int before = wrong;
  timer.set(when, [&] { called.set_value(Clock::now()); });
  auto result = called.get_future();
  REQUIRE(result.wait_for(10s) == std::future_status::ready);
  CHECK(result.get() >= when);
  CHECK(wrong == before);
}

TEST_CASE("loop: a callback may set its timer again, or destroy it") {
  io::Loop loop;
  REQUIRE(loop.start());
  auto timer = std::make_unique<io::Timer>(loop);
  std::promise<void> done;
  int calls = 0;
  std::function<void()> again = [&] {
    if (++calls < 3) return timer->set(Clock::now(), again);
    timer.reset();
    done.set_value();
  };
  timer->set(Clock::now(), again);
  CHECK(done.get_future().wait_for(10s) == std::future_status::ready);
  CHECK(calls == 3);
}

TEST_CASE("loop: a thread may hand work to it until it ends, and afterwards") {
  std::shared_ptr<io::LoopGate> gate;
  std::promise<void> done;
  {
    io::Loop loop;
    REQUIRE(loop.start());
    gate = loop.gate();
    gate->post([&] { done.set_value(); });
    CHECK(done.get_future().wait_for(10s) == std::future_status::ready);
  }
  auto owned = std::make_shared<int>();
  const std::weak_ptr<int> life = owned;
  gate->post([owned = std::move(owned)] { FAIL("the loop has ended"); });
  CHECK(life.expired());
}

TEST_CASE("loop: ends with timers set, and starts on one thread if there are no more") {
  std::atomic<int> calls{0};
  {
    io::Loop loop;
    io::Timer timer(loop);
    timer.set(Clock::now() + 1h, [&] { ++calls; });
    {
      const base::ThreadShortage none;
      CHECK_FALSE(loop.start());
    }
    const base::ThreadShortage one(1);
    REQUIRE(loop.start());
    std::promise<void> done;
    io::Timer soon(loop);
    soon.set(Clock::now(), [&] { done.set_value(); });
    CHECK(done.get_future().wait_for(10s) == std::future_status::ready);
    loop.stop();
    soon.set(Clock::now(), [&] { ++calls; });
  }
  CHECK(calls == 0);
}
