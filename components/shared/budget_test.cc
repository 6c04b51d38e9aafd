#include "components/shared/budget.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "base/mutex.h"
#include "tests/support/log_sink.h"

using components::Budget;
using support::eventually;

TEST_CASE("budget: shares return, and what is larger than all of it passes alone") {
  Budget budget(100);
  auto first = budget.take(60);
  auto second = budget.take(40);
  CHECK(budget.taken() == 100);
  auto copy = first;
  first.reset();
  CHECK(budget.taken() == 100);
  copy.reset();
  second.reset();
  CHECK(budget.taken() == 0);
  auto huge = budget.take(1000);
  CHECK(huge);
  CHECK(budget.taken() == 1000);
  huge.reset();
  budget.close();
  CHECK(!budget.take(1));
}

TEST_CASE("budget: those who wait are served in order, each when its bytes are free") {
  Budget budget(100);
  auto held = budget.take(50);
  auto other = budget.take(50);
  base::Mutex mutex;
  std::vector<size_t> served;
  std::vector<std::shared_ptr<const void>> shares;
  std::vector<std::thread> threads;
  // The large one came first, so the small ones behind it do not overtake it.
  for (const size_t bytes : {size_t{80}, size_t{10}, size_t{15}}) {
    const size_t before = budget.waiting();
    threads.emplace_back([&, bytes] {
      auto share = budget.take(bytes);
      base::Lock lock(mutex);
      served.push_back(bytes);
      shares.push_back(std::move(share));
    });
    REQUIRE(eventually([&] { return budget.waiting() == before + 1; }));
  }
  held.reset();
  CHECK(budget.waiting() == 3);
  other.reset();  // 80 and 10 fit.
  const auto done = [&](size_t count) {
    return eventually([&] {
      base::Lock lock(mutex);
      return served.size() == count;
    });
  };
  CHECK(done(2));
  CHECK(budget.waiting() == 1);
  {
    base::Lock lock(mutex);
    CHECK(served[0] + served[1] == 90);
    shares.clear();
  }
  CHECK(done(3));
  for (auto& thread : threads) thread.join();
}

TEST_CASE("budget: closing ends the waiting") {
  Budget budget(10);
  const auto held = budget.take(10);
  bool refused = false;
  std::thread waiting([&] { refused = budget.take(1) == nullptr; });
  REQUIRE(eventually([&] { return budget.waiting() == 1; }));
  budget.close();
  waiting.join();
  CHECK(refused);
}
