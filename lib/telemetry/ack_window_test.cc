#include "telemetry/ack_window.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

using telemetry::Ack;
using telemetry::AckWindow;

TEST_CASE("ack window: reports the contiguous delivered prefix only") {
  std::vector<std::string> reported;
  AckWindow<std::string> window([&](const std::string& p) { reported.push_back(p); });
  Ack a = window.issue("a");
  Ack b = window.issue("b");
  Ack c = window.issue("c");
  b = Ack();
  CHECK(reported.empty());
  CHECK(window.pending() == 3);
  a = Ack();
  CHECK(reported == std::vector<std::string>{"b"});
  c = Ack();
  CHECK(reported == std::vector<std::string>{"b", "c"});
  CHECK(window.pending() == 0);
}

TEST_CASE("ack window: every copy must let go") {
  uint64_t reached = 0;
  AckWindow<uint64_t> window([&](const uint64_t& p) { reached = p; });
  Ack first = window.issue(10);
  Ack copy = first;
  first = Ack();
  CHECK(reached == 0);
  copy = Ack();
  CHECK(reached == 10);
}

TEST_CASE("ack window: an abandoned batch stops the advance for good") {
  uint64_t reached = 0;
  AckWindow<uint64_t> window([&](const uint64_t& p) { reached = p; });
  Ack a = window.issue(1);
  Ack b = window.issue(2);
  Ack c = window.issue(3);
  b.abandon();
  b = Ack();
  CHECK(window.broken());
  c = Ack();
  CHECK(reached == 0);
  a = Ack();
  CHECK(reached == 1);
  window.issue(4);  // Delivered at once, and still behind the gap.
  CHECK(reached == 1);
  CHECK(window.pending() == 0);
}

TEST_CASE("ack window: the first abandoned batch is reported once, never after detach") {
  int broken = 0;
  std::optional<AckWindow<uint64_t>> window;
  const auto on_broken = [&] {
    ++broken;
    CHECK(window->broken());  // The lock is free.
  };
  window.emplace([](const uint64_t&) {}, on_broken);
  std::vector<Ack> acks;
  for (uint64_t i = 0; i < 4; ++i) acks.push_back(window->issue(i));
  for (const Ack& ack : acks) ack.abandon();
  while (!acks.empty()) acks.pop_back();
  CHECK(broken == 1);
  window.emplace([](const uint64_t&) {}, on_broken);
  Ack late = window->issue(1);
  late.abandon();
  window->detach();
  late = Ack();
  CHECK(broken == 1);
}

TEST_CASE("ack: who can read again what is abandoned") {
  AckWindow<uint64_t> window([](uint64_t) {});
  const Ack file = window.issue(1), other = window.issue(2), datagram([](bool) {}), nobody;
  CHECK(file.can_read_again());
  CHECK_FALSE(datagram.can_read_again());
  CHECK_FALSE(nobody.can_read_again());
  // Lines of several sources in one batch.
  CHECK(Ack::all({file, other}).can_read_again());
  CHECK_FALSE(Ack::all({file, datagram}).can_read_again());
  CHECK_FALSE(Ack::all({nobody, file}).can_read_again());
  CHECK_FALSE(Ack::all({}).can_read_again());
}

TEST_CASE("ack window: outlived by its acks, silent after detach") {
  uint64_t reached = 0;
  Ack late, later;
  {
    AckWindow<uint64_t> window([&](const uint64_t& p) { reached = p; });
    late = window.issue(7);
  }
  late = Ack();
  CHECK(reached == 7);
  AckWindow<uint64_t> detached([&](const uint64_t& p) { reached = p; });
  later = detached.issue(9);
  detached.detach();
  later = Ack();
  CHECK(reached == 7);
}

TEST_CASE("ack window: any order of resolution from two threads ends at the last position") {
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 random(seed);
  std::vector<uint64_t> reported;  // Guarded by the window's own lock.
  AckWindow<uint64_t> window([&](const uint64_t& p) { reported.push_back(p); });
  std::vector<Ack> left, right;
  for (uint64_t i = 1; i <= 1000; ++i) (random() % 2 ? left : right).push_back(window.issue(i));
  std::shuffle(left.begin(), left.end(), random);
  std::shuffle(right.begin(), right.end(), random);
  std::thread other([&] { left.clear(); });
  right.clear();
  other.join();
  CHECK(std::is_sorted(reported.begin(), reported.end()));
  REQUIRE(!reported.empty());
  CHECK(reported.back() == 1000);
}
