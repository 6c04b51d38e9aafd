#include <doctest/doctest.h>

#include "components/loki/write/testing.h"
#include "tests/support/raw_server.h"

namespace components::loki::write {

using namespace testing;

TEST_CASE("loki.write: a full queue blocks, its memory stays bounded, and room frees the source") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.capacity.bytes = 50'000;
  Running run(arguments);
  loki->set_mode("500");
  std::atomic<int> sent{0};
  std::thread source([&] {
    for (int i = 0; i < 1000; i += 10, sent += 10) run.receive(numbered(i, 10, kApp, 500));
  });
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 10; }));
  CHECK(eventually([&] { return run.metric("tributary_component_buffered_bytes") > 40'000; }));
  CHECK(run.metric("tributary_component_buffered_bytes") <= 50'000 + 10 * 600);
  CHECK(sent < 200);
  loki->set_mode("ok");
  source.join();
  REQUIRE(loki->wait_for(has(1000)));
  check_whole(*loki, 1000);
}

TEST_CASE("loki.write: a full queue with block_on_overflow = false drops and counts") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.capacity.bytes = 20'000;
  arguments.endpoint[0].queue_config.block_on_overflow = false;
  Running run(arguments);
  loki->set_mode("500");
  for (int i = 0; i < 1000; i += 10) run.receive(numbered(i, 10, kApp, 500));
  CHECK(run.metric("loki_write_dropped_entries_total", "queue_is_full") > 500);
  run.check_conservation();
  loki->set_mode("ok");
  CHECK(eventually([&] { return run.fates.delivered_count() == 100; }));
  run.check_conservation();
}

TEST_CASE("loki.write: a batch larger than the queue, a line larger than a request") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.capacity.bytes = 1000;
  arguments.endpoint[0].batch_size.bytes = 500;
  Running run(arguments);
  for (int i = 0; i < 30; i += 10) run.receive(numbered(i, 10, kApp, 2000));
  REQUIRE(loki->wait_for(has(30)));
  check_whole(*loki, 30);
}

TEST_CASE("loki.write: a source that stops is not held by a full queue") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.capacity.bytes = 1000;
  Running run(arguments);
  loki->set_mode("500");
  std::stop_source stop;
  std::thread source([&] {
    for (int i = 0; i < 10; ++i) {
      LogBatch batch = numbered(i * 10, 10, kApp, 500);
      batch.stop = stop.get_token();
      run.receive(std::move(batch));
    }
  });
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 3; }));
  stop.request_stop();
  source.join();
  CHECK(run.fates.abandoned_count() == 9);
}

TEST_CASE("loki.write: one dead endpoint does not keep a batch from the others") {
  const auto dead = *Receiver::start();
  const auto alive = *Receiver::start();
  dead->set_mode("500");
  Arguments arguments;
  arguments.endpoint = {endpoint(*dead), endpoint(*alive)};
  arguments.endpoint[0].queue_config.capacity.bytes = 1000;
  Running run(arguments);
  std::thread source([&] {
    for (int i = 0; i < 100; i += 10) run.receive(numbered(i, 10, kApp, 50));
  });
  // The first batch fills the dead one's queue, the second blocks on it, both reach the other.
  REQUIRE(alive->wait_for(has(20)));
  CHECK(run.fates.delivered_count() == 0);
  dead->set_mode("ok");
  source.join();
  REQUIRE(dead->wait_for(has(100)));
  REQUIRE(alive->wait_for(has(100)));
  check_whole(*dead, 100);
  check_whole(*alive, 100);
  CHECK(eventually([&] { return run.fates.delivered_count() == 10; }));
}

TEST_CASE("loki.write: stop sends what waits, then refuses") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  Running run(arguments);
  run.receive(numbered(0, 50, kApp));
  run.end();
  check_whole(*loki, 50);
  CHECK(run.fates.delivered_count() == 1);
  run.receive(numbered(50, 1, kApp));
  CHECK(run.fates.abandoned_count() == 1);
  run.write.reset();
  run.receive(numbered(51, 1, kApp));
  CHECK(run.fates.abandoned_count() == 2);
}

TEST_CASE("loki.write: with a dead server it abandons when the time is up, and frees sources") {
  struct Case {
    const char* mode;
    std::chrono::milliseconds drain_timeout, deadline;
  };
  for (const Case& c : {Case{"500", 100ms, 1h}, Case{"stall", 100ms, 1h}, Case{"500", 1h, 100ms},
                        Case{"stall", 1h, 100ms}}) {
    CAPTURE(c.mode);
    const auto loki = *Receiver::start();
    auto arguments = to(*loki);
    arguments.endpoint[0].queue_config.drain_timeout = c.drain_timeout;
    arguments.endpoint[0].queue_config.capacity.bytes = 2000;
    Running run(arguments);
    loki->set_mode(c.mode);
    std::thread source([&] {
      for (int i = 0; i < 100; i += 10) run.receive(numbered(i, 10, kApp, 50));
    });
    REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 1; }));
    const auto before = Clock::now();
    run.end(Clock::now() + c.deadline);
    CHECK(Clock::now() - before >= 90ms);
    source.join();
    CHECK(run.fates.abandoned_count() == 10);
    CHECK(run.fates.delivered_count() == 0);
    CHECK(run.metric("tributary_component_buffered") == 0);
  }
}

TEST_CASE("loki.write: stop waits for nothing, wherever the sender is") {
  struct Case {
    const char* mode;
    bool drains;
  };
  for (const Case& c : {Case{"500", false}, Case{"500", true}, Case{"stall", false},
                        Case{"stall", true}, Case{"ok", true}}) {
    CAPTURE(c.mode);
    const auto loki = *Receiver::start();
    loki->set_mode(c.mode);
    auto arguments = to(*loki);
    arguments.endpoint[0].queue_config.drain_timeout = 1h;
    arguments.endpoint[0].min_backoff_period = 1h;
    arguments.endpoint[0].max_backoff_period = 1h;
    arguments.endpoint[0].remote_timeout = 1h;
    Running run(arguments);
    run.receive(numbered(0, 10, kApp));
    REQUIRE(loki->wait_for([](const auto& s) { return s.requests >= 1; }));
    if (c.drains) run.write->drain(Clock::time_point::max());
    run.write->stop();
    CHECK(run.fates.delivered_count() + run.fates.abandoned_count() == 1);
  }
}

TEST_CASE("loki.write: never started, it abandons") {
  const auto loki = *Receiver::start();
  Running run(to(*loki), false);
  run.receive(numbered(0, 1, kApp));
  run.write.reset();
  CHECK(run.fates.abandoned_count() == 1);
}

TEST_CASE("loki.write: an update keeps the queue, also when the server moves") {
  const auto old_loki = *Receiver::start();
  const auto new_loki = *Receiver::start();
  old_loki->set_mode("500");
  Running run(to(*old_loki));
  for (int i = 0; i < 100; i += 10) run.receive(numbered(i, 10, kApp));
  REQUIRE(old_loki->wait_for([](const auto& s) { return s.refused >= 2; }));
  auto moved = to(*new_loki);
  moved.external_labels.entries = {{"cluster", "c1"}};
  run.update(moved);
  run.receive(numbered(100, 10, kApp));
  REQUIRE(new_loki->wait_for(has(110)));
  check_whole(*new_loki, 110);
  CHECK(old_loki->stats().lines == 0);
  CHECK(new_loki->lines().back().labels.count("cluster") == 1);
}

TEST_CASE("loki.write: a queue stays with its server when endpoints are put before it or renamed") {
  struct Case {
    const char* what;
    // Names of the endpoints a and b: in the configuration of before, and after.
    std::vector<std::pair<char, std::string>> before, after;
  };
  for (const Case& c : {
           Case{"one put before", {{'a', ""}}, {{'b', ""}, {'a', ""}}},
           Case{"swapped", {{'a', ""}, {'b', ""}}, {{'b', ""}, {'a', ""}}},
           Case{"names swapped", {{'a', "x"}, {'b', "y"}}, {{'a', "y"}, {'b', "x"}}},
           Case{"renamed", {{'a', "x"}}, {{'a', "y"}}},
           Case{"named, another put before", {{'a', ""}}, {{'b', ""}, {'a', "y"}}},
       }) {
    CAPTURE(c.what);
    const auto a = *Receiver::start();
    const auto b = *Receiver::start();
    const auto arguments = [&](const auto& names, std::chrono::milliseconds timeout) {
      Arguments out;
      for (const auto& [which, name] : names) {
        out.endpoint.push_back(endpoint(which == 'a' ? *a : *b));
        out.endpoint.back().name = name;
        out.endpoint.back().remote_timeout = timeout;  // Otherwise some would be just the same.
        out.endpoint.back().queue_config.drain_timeout = 0ms;
      }
      return out;
    };
    Running run(arguments(c.before, 9s));
    for (const auto* loki : {&a, &b}) (*loki)->set_mode("500");
    run.receive(numbered(0, 10, kApp));
    REQUIRE(a->wait_for([](const auto& s) { return s.refused >= 2; }));
    run.update(arguments(c.after, 8s));
    for (const auto* loki : {&a, &b}) (*loki)->set_mode("ok");
    CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
    check_whole(*a, 10);
    CHECK(b->stats().lines == (c.before.size() > 1 ? 10 : 0));
    CHECK(run.metric("loki_write_dropped_entries_total") == 0);
  }
}

TEST_CASE("loki.write: durations of centuries do not overflow") {
  const auto loki = *Receiver::start();
  loki->set_mode("500", 50ms);
  auto arguments = to(*loki);
  auto& to = arguments.endpoint[0];
  constexpr auto kForEver = std::chrono::nanoseconds::max();
  to.batch_wait = to.remote_timeout = to.queue_config.drain_timeout = kForEver;
  Running run(arguments);
  for (int i = 0; i < 10; ++i) run.receive(numbered(i, 1, kApp));
  run.end();
  check_whole(*loki, 10);
  CHECK(run.fates.abandoned_count() == 0);
}

TEST_CASE("loki.write: what waits for room at an endpoint that goes is not read again for others") {
  const auto stays = *Receiver::start();
  const auto goes = *Receiver::start();
  goes->set_mode("500");
  Arguments both;
  both.endpoint = {endpoint(*goes), endpoint(*stays)};
  both.endpoint[0].queue_config.capacity.bytes = 1000;
  both.endpoint[0].queue_config.drain_timeout = 0ms;
  Arguments one;
  one.endpoint = {both.endpoint[1]};
  Running run(both);
  std::thread source([&] {
    for (int i = 0; i < 100; i += 10) run.receive(numbered(i, 10, kApp, 50));
  });
  // The first batch fills the queue of the one that goes, the second blocks on it.
  REQUIRE(stays->wait_for(has(20)));
  run.update(one);
  source.join();
  CHECK(eventually([&] { return run.fates.delivered_count() == 10; }));
  CHECK(run.fates.abandoned_count() == 0);
  check_whole(*stays, 100);
  CHECK(run.metric("loki_write_dropped_entries_total", "endpoint_removed") == 20);
  run.check_conservation();
}

TEST_CASE("loki.write: an endpoint that goes has time to empty its queue, the rest is dropped") {
  const auto stays = *Receiver::start();
  const auto goes = *Receiver::start();
  Arguments both;
  both.endpoint = {endpoint(*goes), endpoint(*stays)};
  both.endpoint[0].name = "goes";
  both.endpoint[1].name = "stays";
  both.endpoint[0].queue_config.drain_timeout = 50ms;
  Arguments one;
  one.endpoint = {both.endpoint[1]};
  Running run(both);
  goes->set_mode("500");
  run.receive(numbered(0, 10, kApp));
  REQUIRE(stays->wait_for(has(10)));
  run.update(one);
  CHECK(eventually([&] { return run.fates.delivered_count() == 1; }));
  CHECK(run.metric("loki_write_dropped_entries_total", "endpoint_removed") == 10);
  run.receive(numbered(10, 10, kApp));
  REQUIRE(stays->wait_for(has(20)));
  run.check_conservation();
  // What was dropped stays to be seen when the endpoint is let go of.
  auto changed = 50ms;
  CHECK(eventually([&] {
    one.endpoint[0].queue_config.drain_timeout = ++changed;
    run.update(one);
    return run.metric("loki_write_sent_entries_total", goes->address()) == 0;
  }));
  CHECK(run.metric("loki_write_dropped_entries_total", "endpoint_removed") == 10);
  CHECK(run.metric("tributary_component_dropped_total", "endpoint_removed") == 10);
  run.check_conservation();
}

TEST_CASE("loki.write: of an answer no more is read than what is of use") {
  const auto refuse = [](int fd) {
    if (support::read_head(fd).empty()) return;
    support::say(fd, "HTTP/1.1 400 Bad Request\r\nContent-Length: 1000000000\r\n\r\nno: ");
    for (int i = 0; i < 80; ++i) support::say(fd, std::string(1 << 20, 'x'));
  };
  support::RawServer server(refuse);
  Arguments arguments;
  arguments.endpoint.resize(1);
  arguments.endpoint[0].url.text = "http://" + server.address() + "/loki/api/v1/push";
  Running run(arguments);
  run.receive(numbered(0, 1, kApp));
  CHECK(eventually([&] { return run.metric("loki_write_dropped_entries_total") == 1; }));
  CHECK(run.metric("loki_write_batch_retries_total") == 0);
}

}  // namespace components::loki::write
