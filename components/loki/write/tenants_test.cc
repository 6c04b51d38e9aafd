#include <doctest/doctest.h>

#include "components/loki/write/metrics.h"
#include "components/loki/write/testing.h"

namespace components::loki::write {

using namespace testing;

namespace {

Labels tenant(const std::string& name) {
  return Labels({{"__tenant_id__", name}, {"job", name}});
}

/// Lines that are told apart by number, and by the name of their tenant.
LogBatch lines_of(const std::string& name, int first, int count, size_t padding = 0) {
  LogBatch batch;
  for (int i = first; i < first + count; ++i)
    batch.add(i, fmt::format("seq={:012} of-{} {}", i, name, std::string(padding, 'x')),
              tenant(name));
  return batch;
}

}  // namespace

TEST_CASE("loki.write: a tenant that the server does not serve does not delay the others") {
  for (const std::string mode : {"429", "401", "403", "404", "503", "500", "drop", "stall"}) {
    CAPTURE(mode);
    const auto loki = *Receiver::start();
    auto arguments = to(*loki);
    arguments.endpoint[0].remote_timeout = 200ms;
    Running run(arguments);
    run.receive(lines_of("a", 0, 10));
    REQUIRE(loki->wait_for(has(10)));
    loki->set_mode(mode, {}, "", "of-a");
    for (int i = 10; i < 100; i += 10) run.receive(lines_of("a", i, 10));
    CHECK(eventually([&] { return run.metric("loki_write_batch_retries_total") >= 1; }));
    for (int i = 100; i < 200; i += 10) run.receive(lines_of("b", i, 10));
    REQUIRE(loki->wait_for(has(110)));
    CHECK(run.metric("loki_write_sent_entries_total", "tenant=\"a\"") == 10);
    CHECK(eventually([&] { return run.write->health().state == Health::State::unhealthy; }));
    CHECK(run.write->health().message.find("tenant \"a\"") != std::string::npos);
    loki->set_mode("ok");
    REQUIRE(loki->wait_for(has(200)));
    CHECK(eventually([&] { return run.fates.delivered_count() == 20; }));
    check_whole(*loki, 200);
    CHECK(eventually([&] { return run.write->health().state == Health::State::healthy; }));
    run.check_conservation();
  }
}

TEST_CASE("loki.write: the pause that a server asks for is the tenant's alone") {
  const auto loki = *Receiver::start();
  Running run(to(*loki));
  loki->set_mode("429", {}, "300", "of-a");
  run.receive(lines_of("a", 0, 10));
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused == 1; }));
  for (int i = 10; i < 100; i += 10) run.receive(lines_of("b", i, 10));
  REQUIRE(loki->wait_for(has(90)));
  CHECK(loki->stats().refused == 1);
  auto changed = to(*loki);
  changed.endpoint[0].batch_wait = 11ms;
  loki->set_mode("ok");
  run.update(changed);  // A reload ends the pause.
  REQUIRE(loki->wait_for(has(100)));
}

TEST_CASE("loki.write: a tenant that is stuck blocks its own sources only") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.capacity.bytes = 50'000;
  Running run(arguments);
  loki->set_mode("401", {}, "", "of-a");
  std::atomic<int> sent{0};
  std::thread stuck([&] {
    for (int i = 0; i < 1000; i += 10, sent += 10) run.receiver->receive(lines_of("a", i, 10, 500));
  });
  CHECK(eventually([&] { return run.metric("tributary_component_buffered_bytes") > 40'000; }));
  for (int i = 1000; i < 2000; i += 10) run.receiver->receive(lines_of("b", i, 10, 500));
  REQUIRE(loki->wait_for(has(1000)));
  CHECK(sent < 200);
  CHECK(run.metric("tributary_component_buffered_bytes") <= 2 * 50'000 + 10 * 600);
  loki->set_mode("ok");
  stuck.join();
  REQUIRE(loki->wait_for(has(2000)));
  check_whole(*loki, 2000);
  run.check_conservation();
}

TEST_CASE("loki.write: with block_on_overflow = false a stuck tenant loses its own lines only") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.capacity.bytes = 50'000;
  arguments.endpoint[0].queue_config.block_on_overflow = false;
  Running run(arguments);
  loki->set_mode("401", {}, "", "of-a");
  uint64_t arrived = 0;
  for (int i = 0; i < 2000; i += 20) {
    LogBatch mixed = lines_of("a", i, 10, 500);
    for (int j = i + 10; j < i + 20; ++j)
      mixed.add(j, fmt::format("seq={:012} of-b", j), tenant("b"));
    run.receive(std::move(mixed));
    REQUIRE(loki->wait_for(has(arrived += 10)));  // One after the other: b's never find it full.
  }
  CHECK(run.metric("loki_write_dropped_entries_total", "tenant=\"b\"") == 0);
  CHECK(run.metric("loki_write_dropped_entries_total", "tenant=\"a\",reason=\"queue_is_full\"") >
        500);
  loki->set_mode("ok");
  run.check_conservation();
  CHECK(eventually([&] { return run.fates.delivered_count() == 100; }));
  CHECK(loki->stats().out_of_order == 0);
  CHECK(loki->stats().repeated == 0);
}

TEST_CASE("loki.write: a stuck tenant does not make the requests of others small") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_wait = 1h;
  arguments.endpoint[0].batch_size.bytes = 10'000;
  arguments.endpoint[0].queue_config.capacity.bytes = 50'000;
  arguments.endpoint[0].queue_config.block_on_overflow = false;
  Running run(arguments);
  loki->set_mode("401", {}, "", "of-a");
  const auto dropped = [&] { return run.metric("loki_write_dropped_entries_total"); };
  for (int i = 0; i < 200; i += 10) run.receive(lines_of("a", i, 10, 500));
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 1; }));
  for (int i = 200; i < 220; ++i) {
    run.receive(lines_of("b", i, 1));
    const double before = dropped();
    run.receive(lines_of("a", 0, 10, 500));
    CHECK(dropped() > before);
    const auto refused = loki->stats().refused;
    REQUIRE(loki->wait_for([&](const auto& s) { return s.refused > refused + 1; }));
  }
  run.receive(lines_of("b", 220, 10, 500));
  REQUIRE(loki->wait_for(has(30)));
  // The first of them after a quiet time, and the rest together.
  CHECK(run.metric("loki_write_request_duration_seconds_count", "tenant=\"b\"") <= 2);
}

TEST_CASE("loki.write: a tenant that is put right by a reload is that of what waits, too") {
  const auto loki = *Receiver::start();
  loki->set_mode("401");
  Running run(to(*loki));
  run.receive(numbered(0, 5, kApp));
  run.receive(lines_of("other", 5, 5));
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 2; }));
  auto arguments = to(*loki);
  arguments.endpoint[0].tenant_id = "right";
  run.update(arguments);
  const auto refused = loki->stats().refused;  // Some of them may have been on their way.
  REQUIRE(loki->wait_for([&](const auto& s) { return s.refused >= refused + 8; }));
  loki->set_mode("ok");
  REQUIRE(loki->wait_for(has(10)));
  for (const auto& line : loki->lines())
    CHECK(line.tenant == (line.labels.at("job") == "other" ? "other" : "right"));
}

TEST_CASE("loki.write: shards send at the same time, and each stream stays in order") {
  const auto loki = *Receiver::start();
  auto arguments = to(*loki);
  arguments.endpoint[0].queue_config.min_shards = 4;
  arguments.endpoint[0].batch_size.bytes = 5000;
  arguments.endpoint[0].remote_timeout = 1h;
  const auto send = [](Running& run) {
    for (int i = 0; i < 5000; i += 50) {
      LogBatch batch;
      for (int j = i; j < i + 50; ++j)
        batch.add(j, fmt::format("seq={:012} {}", j, std::string(100, 'x')),
                  Labels({{"n", std::to_string(j % 20)}, {"__line", std::to_string(j)}}));
      run.receive(std::move(batch));
    }
  };
  {
    Running run(arguments);
    loki->set_mode("stall");
    send(run);
    REQUIRE(loki->wait_for([](const auto& s) { return s.requests >= 3; }));
  }
  loki->set_mode("ok");
  loki->reset();
  Running run(arguments);
  send(run);
  REQUIRE(loki->wait_for(has(5000)));
  check_whole(*loki, 5000);
  CHECK(loki->stats().streams == 20);
}

TEST_CASE("loki.write: another number of shards keeps the order of what waits") {
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  auto arguments = to(*loki);
  arguments.endpoint[0].batch_size.bytes = 1000;
  Running run(arguments);
  const auto send = [&](int first) {
    for (int i = first; i < first + 200; i += 10)
      for (const char* stream : {"a", "b", "c"})
        run.receive(numbered(stream[0] % 3 * 1000 + i, 10, Labels({{"n", stream}})));
  };
  send(0);
  REQUIRE(loki->wait_for([](const auto& s) { return s.refused >= 1; }));
  int first = 200;
  for (const int shards : {4, 2, 1}) {
    arguments.endpoint[0].queue_config.min_shards = shards;
    run.update(arguments);
    send(first);
    first += 200;
  }
  loki->set_mode("ok");
  REQUIRE(loki->wait_for(has(2400)));
  CHECK(loki->stats().out_of_order == 0);
  CHECK(loki->stats().repeated == 0);
}

TEST_CASE("loki.write: the series of a tenant go when nothing was heard of it for a time") {
  base::metrics::Registry registry;
  Settings settings;
  settings.own_lane = "own";
  Metrics metrics({registry, "loki.write.x"}, settings);
  metrics.add_sent("guest", 1, 10);
  metrics.observe("guest", 204, 1ms, 1);
  metrics.forget_idle(Clock::now() + 59min);
  CHECK(registry.expose().find("guest") != std::string::npos);
  metrics.forget_idle(Clock::now() + 61min);
  CHECK(registry.expose().find("guest") == std::string::npos);
  CHECK(registry.expose().find("own") != std::string::npos);
}

}  // namespace components::loki::write
