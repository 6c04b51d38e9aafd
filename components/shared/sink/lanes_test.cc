#include "components/shared/sink/lanes.h"

#include <doctest/doctest.h>

namespace components::sink {
namespace {

using namespace std::chrono_literals;
using Kind = Lanes::Kind;

struct NoMetrics final : Metrics {
  void add_received(uint64_t) override {}
  void add_sent(const std::string&, uint64_t, uint64_t) override {}
  void add_retry(const std::string&, uint64_t) override {}
  void use(const Settings&) override {}
  void add_abandoned(uint64_t) override {}
  void add_dropped(const std::string&, std::string_view, const Amount&) override {}
  void observe(const std::string&, int, std::chrono::nanoseconds, size_t) override {}
  void observe_latency(const std::string&, std::chrono::nanoseconds, uint64_t) override {}
  void add_waiting(int64_t) override {}
  void set_held_bytes(size_t) override {}
  void set_oldest(Clock::time_point came) override { oldest = came; }
  Clock::time_point oldest = Clock::time_point::max();
};

struct NoHeaders final : Settings {
  io::http::Headers protocol_headers(const std::string&) const override { return {}; }
  bool equals(const Settings&) const override { return true; }
};

/// A request that only has a number.
struct NumberedRequest final : Request {
  explicit NumberedRequest(int n) : number(n) {}
  void reset() override {}
  Amount total() const override { return {1, 1}; }
  Amount rest() const override { return {1, 1}; }
  bool is_done() const override { return false; }
  Amount part() const override { return {1, 1}; }
  std::string_view body() override { return "x"; }
  void part_accepted() override {}
  void part_dropped() override {}
  std::vector<Lost> refuse(std::string_view, bool) override { return {}; }
  int number;
};

struct Run {
  NoMetrics metrics;
  Lanes lanes{metrics, 1};
  NoHeaders settings;

  void put(const LaneId& lane, int number) {
    auto request = std::make_unique<NumberedRequest>(number);
    request->since = Clock::now();
    lanes.put(lane, std::move(request));
  }
};

int number(const std::optional<Lanes::Turn>& turn) {
  REQUIRE(turn);
  return static_cast<const NumberedRequest*>(turn->request)->number;
}

}  // namespace

TEST_CASE("sink: requests of a lane go one after the other, lanes take turns") {
  Run run;
  for (int i = 0; i < 3; ++i) run.put({"a"}, i);
  for (int i = 10; i < 12; ++i) run.put({"b"}, i);
  CHECK(run.metrics.oldest <= Clock::now());
  std::vector<int> order;
  for (int i = 0; i < 2; ++i) {
    const auto first = run.lanes.take(Kind::fresh);
    const auto second = run.lanes.take(Kind::fresh);
    CHECK(run.lanes.has_next({"a"}) == (i == 0 || number(first) == 1));
    order.insert(order.end(), {number(first), number(second)});
    run.lanes.remove(*first);
    run.lanes.remove(*second);
  }
  CHECK(order == std::vector{0, 10, 1, 11});
  CHECK(run.lanes.is_idle({"b"}));
  CHECK_FALSE(run.lanes.is_idle({"a"}));
  const auto last = run.lanes.take(Kind::fresh);
  CHECK(number(last) == 2);
  run.lanes.remove(*last);
  CHECK(run.metrics.oldest == Clock::time_point::max());
  run.lanes.end();
  CHECK_FALSE(run.lanes.take(Kind::fresh));
}

TEST_CASE("sink: a lane that failed is left to the sender for such lanes") {
  Run run;
  run.put({"a"}, 1);
  run.put({"a"}, 2);
  run.put({"b"}, 10);
  const auto failing = run.lanes.take(Kind::fresh);
  CHECK(number(failing) == 1);
  run.lanes.retry(*failing, run.settings, 0ms);
  CHECK(run.lanes.has_next({"a"}));
  CHECK(number(run.lanes.take(Kind::fresh)) == 10);
  const auto again = run.lanes.take(Kind::failed);
  CHECK(number(again) == 1);
  CHECK(again->failures == 1);
  run.lanes.remove(*again);
  const auto next = run.lanes.take(Kind::fresh);
  CHECK(number(next) == 2);
  CHECK(next->failures == 0);
}

TEST_CASE("sink: a reload ends a pause, also one that begins after it") {
  Run run;
  run.put({"a"}, 1);
  auto turn = run.lanes.take(Kind::fresh);
  run.lanes.retry(*turn, run.settings, 1h);
  run.lanes.reload();
  turn = run.lanes.take(Kind::failed);
  run.lanes.reload();
  run.lanes.retry(*turn, run.settings, 1h);
  CHECK(number(run.lanes.take(Kind::failed)) == 1);
}

TEST_CASE("sink: a lane of a later epoch waits for those of the same key") {
  Run run;
  run.put({"a", 0, 0}, 1);
  run.put({"a", 0, 1}, 2);
  run.put({"a", 1, 0}, 20);
  run.put({"a", 2, 0}, 30);
  run.put({"b", 1, 0}, 10);
  std::vector<Lanes::Turn> turns;
  for (const int want : {1, 2, 10}) {
    turns.push_back(*run.lanes.take(Kind::fresh));
    CHECK(number(turns.back()) == want);
  }
  run.lanes.remove(turns[0]);
  run.lanes.retry(turns[1], run.settings, 0ms);
  const auto again = run.lanes.take(Kind::failed);
  CHECK(number(again) == 2);
  run.lanes.remove(*again);
  const auto next = run.lanes.take(Kind::fresh);
  CHECK(number(next) == 20);
  run.lanes.remove(*next);
  CHECK(number(run.lanes.take(Kind::fresh)) == 30);
}

TEST_CASE("sink: the own lane under another key waits for what it had under the one before") {
  Run run;
  const auto put_others = [&](const LaneId& lane, int number) {
    auto request = std::make_unique<NumberedRequest>(number);
    request->is_own = false;
    run.lanes.put(lane, std::move(request));
  };
  run.lanes.set_own("old");
  run.put({"old"}, 1);
  put_others({"old"}, 2);
  run.lanes.set_own("new");
  run.put({"old"}, 3);  // Was on its way.
  run.put({"new"}, 10);
  run.put({"else"}, 20);
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) {
    const auto turn = run.lanes.take(Kind::fresh);
    order.push_back(number(turn));
    run.lanes.remove(*turn);
  }
  CHECK(order == std::vector{1, 20, 2, 3, 10});
  // What others send under the old key is in nobody's way, nor is a key that is changed once more.
  put_others({"old"}, 4);
  run.put({"new"}, 11);
  CHECK(number(run.lanes.take(Kind::fresh)) == 4);
  const auto own = run.lanes.take(Kind::fresh);
  CHECK(number(own) == 11);
  run.lanes.set_own("newer");
  run.put({"newer"}, 12);
  run.lanes.set_own("newest");
  CHECK(number(run.lanes.take(Kind::fresh)) == 12);
  run.lanes.remove(*own);
}

TEST_CASE("sink: a lane that comes often does not overtake one that waits") {
  Run run;
  run.put({"often"}, 1);
  run.put({"waits"}, 10);
  run.put({"waits"}, 11);
  std::vector<int> order;
  for (int i = 0; i < 4; ++i) {
    const auto turn = run.lanes.take(Kind::fresh);
    order.push_back(number(turn));
    run.lanes.remove(*turn);
    if (turn->lane.key == "often") run.put({"often"}, i + 2);
  }
  CHECK(order == std::vector{1, 10, 2, 11});
}

TEST_CASE("sink: as many lanes as tenants and shards make are served in turn") {
  Run run;  // In minutes, if each call looked at all of them: more than ctest allows.
  constexpr int kLanes = 64'000;
  for (int i = 0; i < kLanes; ++i)
    for (int n = 0; n < 2; ++n)
      run.put({"tenant-" + std::to_string(i % 1000), 0, static_cast<uint32_t>(i / 1000)}, i);
  std::vector<int> served(kLanes);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < kLanes; ++i) {
      const auto turn = run.lanes.take(Kind::fresh);
      const int lane = number(turn);
      // Those that were tried again come later in the second round.
      if (round == 0 && lane != i) FAIL("lane " << lane << " in the turn of " << i);
      ++served[static_cast<size_t>(lane)];
      if (lane % 2 == 0)
        run.lanes.remove(*turn);
      else
        run.lanes.retry(*turn, run.settings, 0ms);
    }
    for (int i = 1; i < kLanes; i += 2) run.lanes.remove(*run.lanes.take(Kind::failed));
  }
  CHECK(served == std::vector<int>(kLanes, 2));
  CHECK(run.metrics.oldest == Clock::time_point::max());
}

TEST_CASE("sink: nothing is taken when the time is over, what is left is handed out in order") {
  Run run;
  run.put({"b"}, 3);
  run.put({"a"}, 1);
  run.put({"a"}, 2);
  run.lanes.finish_by(Clock::now());
  CHECK_FALSE(run.lanes.take(Kind::fresh));
  std::vector<int> left;
  for (const auto& [lane, request] : run.lanes.take_all())
    left.push_back(static_cast<const NumberedRequest&>(*request).number);
  CHECK(left == std::vector{1, 2, 3});
  CHECK(run.lanes.is_idle({"a"}));
}

}  // namespace components::sink
