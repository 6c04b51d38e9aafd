#include "components/shared/sink/disk_queue.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>

#include "components/loki/write/disk_queue_testing.h"
#include "io/segment_log/log.h"

namespace components::loki::write {

using namespace testing;

TEST_CASE("disk queue: with a backend that keeps up nothing is read back, and nothing is left") {
  const auto loki = *Receiver::start();
  QueueRig rig;
  rig.add(*loki, 10 << 20);
  rig.open();
  for (int i = 0; i < 100; i += 10) {
    rig.receive_many(i, 10, Source::fleeting);
    REQUIRE(loki->wait_for(has(static_cast<uint64_t>(i) + 10)));
  }
  CHECK(rig.is_all_acked());
  check_whole(*loki, 100);
  CHECK(rig.metric("tributary_disk_queue_appended_entries_total") == 100);
  CHECK(rig.metric("tributary_disk_queue_spilled_entries_total") == 0);
  CHECK(rig.metric("tributary_disk_queue_records") == 0);
  CHECK(eventually([&] { return rig.metric("loki_write_sent_entries_total") == 100; }));
  rig.stop();
  CHECK(std::ranges::distance(std::filesystem::directory_iterator(rig.options.folder)) == 2);
}

TEST_CASE("disk queue: what nobody sends again is acknowledged while the backend is dead") {
  const auto loki = *Receiver::start();
  QueueRig rig;
  loki->set_mode("500");
  rig.add(*loki);
  rig.open();
  rig.receive_many(0, 1000, Source::fleeting);
  CHECK(rig.is_all_acked());
  CHECK(rig.metric("tributary_disk_queue_records") > 50);
  CHECK(rig.metric("tributary_disk_queue_oldest_timestamp_seconds") > 1.7e9);
  CHECK(rig.metric("tributary_component_received_total") == 1000);
  CHECK(rig.metric("tributary_component_buffered") == 1000);
  const auto is_all_sent = [&](int count) {
    return eventually([&] {
      return rig.metric("tributary_component_buffered") == 0 &&
             rig.metric("tributary_component_sent_total") == count;
    });
  };
  SUBCASE("and delivered when it is back") {
    loki->set_mode("ok");
    REQUIRE(loki->wait_for(has(1000)));
    check_whole(*loki, 1000);
    CHECK(eventually([&] { return rig.metric("tributary_disk_queue_records") == 0; }));
    CHECK(rig.metric("tributary_disk_queue_oldest_timestamp_seconds") == 0);
    CHECK(rig.metric("tributary_disk_queue_spilled_entries_total") ==
          rig.metric("tributary_disk_queue_replayed_entries_total"));
    rig.receive_many(1000, 100, Source::fleeting);  // Past the disk again.
    REQUIRE(loki->wait_for(has(1100)));
    check_whole(*loki, 1100);
    CHECK(is_all_sent(1100));
    CHECK(rig.metric("tributary_component_received_total") == 1100);
  }
  SUBCASE("and delivered after a restart") {
    auto stopped = rig.endpoints.front();  // With its series.
    rig.stop();
    CHECK(rig.metric("tributary_component_buffered") == 0);
    CHECK(rig.metric("tributary_component_abandoned_total") == 1000);
    stopped = nullptr;
    loki->set_mode("ok");
    rig.add(*loki);
    rig.open();
    REQUIRE(loki->wait_for(has(1000)));
    check_whole(*loki, 1000);
    CHECK(is_all_sent(1000));
    CHECK(rig.metric("tributary_component_received_total") == 1000);
  }
  SUBCASE("and delivered when the queue is turned off") {
    loki->set_mode("ok");
    rig.queue->set_appends(false);
    REQUIRE(loki->wait_for(has(1000)));
    check_whole(*loki, 1000);
    const auto appended = rig.metric("tributary_disk_queue_appended_entries_total");
    rig.receive_many(1000, 100, Source::fleeting);
    REQUIRE(loki->wait_for(has(1100)));
    CHECK(rig.metric("tributary_disk_queue_appended_entries_total") == appended);
  }
}

TEST_CASE(
    "disk queue: what can be read again passes through memory, and waits for a slow backend") {
  const auto loki = *Receiver::start();
  QueueRig rig;
  rig.add(*loki, 20'000);
  rig.open();
  rig.receive_many(0, 1000, Source::rereadable);
  REQUIRE(loki->wait_for(has(1000)));
  check_whole(*loki, 1000);
  CHECK(rig.is_all_acked());
  CHECK(rig.metric("tributary_disk_queue_appended_entries_total") == 0);
}

TEST_CASE("disk queue: what can be slowed down waits a moment for memory, and is not read back") {
  const auto loki = *Receiver::start();
  QueueRig rig;
  SUBCASE("with a backend that is a little slower") {
    rig.options.patience = 1h;
    rig.add(*loki, 20'000);
    rig.open();
    for (const auto source : {Source::connection, Source::client}) {
      const int first = 10 * rig.batches;
      rig.receive_many(first, 1000, source);
      REQUIRE(loki->wait_for(has(static_cast<uint64_t>(first) + 1000)));
    }
    check_whole(*loki, 2000);
    CHECK(rig.is_all_acked());
    CHECK(rig.metric("tributary_disk_queue_appended_entries_total") == 2000);
    CHECK(rig.metric("tributary_disk_queue_replayed_entries_total") == 0);
  }
  SUBCASE("with one that is down only until it is behind") {
    loki->set_mode("500");
    rig.add(*loki, 20'000);
    rig.open();
    const auto begin = Clock::now();
    rig.receive_many(0, 2000, Source::connection);
    CHECK(Clock::now() - begin >= rig.options.patience);
    CHECK(Clock::now() - begin < 100 * rig.options.patience);  // Of 200 batches.
    CHECK(rig.is_all_acked());
    loki->set_mode("ok");
    REQUIRE(loki->wait_for(has(2000)));
    check_whole(*loki, 2000);
  }
}

TEST_CASE("disk queue: what can be read again is stored once the backend is silent") {
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  QueueRig rig;
  rig.options.silence_max = 50ms;
  rig.add(*loki);
  rig.open();
  rig.receive_many(0, 500, Source::rereadable);
  CHECK(rig.is_all_acked());  // Also the first, which are in memory as well.
  CHECK(rig.metric("tributary_disk_queue_appended_entries_total") == 500);
  CHECK(loki->stats().distinct == 0);
  SUBCASE("and delivered once") {
    loki->set_mode("ok");
    REQUIRE(loki->wait_for(has(500)));
    check_whole(*loki, 500);
    CHECK(eventually([&] { return rig.metric("tributary_component_buffered") == 0; }));
    CHECK(rig.metric("tributary_disk_queue_records") == 0);
    rig.stop();
    CHECK(std::ranges::distance(std::filesystem::directory_iterator(rig.options.folder)) == 2);
  }
  SUBCASE("and delivered once after a restart") {
    rig.stop();
    loki->set_mode("ok");
    rig.add(*loki);
    rig.open();
    REQUIRE(loki->wait_for(has(500)));
    check_whole(*loki, 500);
    CHECK(rig.fates.abandoned.empty());
  }
}

TEST_CASE("disk queue: what one endpoint has in memory only is stored when its memory is full") {
  const auto dead = *Receiver::start(), alive = *Receiver::start();
  dead->set_mode("500");
  QueueRig rig;
  rig.add(*dead, 20'000);
  rig.add(*alive, 20'000);
  rig.open();
  rig.receive_many(0, 1000, Source::rereadable);
  REQUIRE(alive->wait_for(has(1000)));
  CHECK(rig.is_all_acked());
  // An answer that has not come yet at the stop would be a repeat.
  CHECK(eventually([&] { return rig.metric("loki_write_sent_entries_total") == 1000; }));
  rig.stop();
  dead->set_mode("ok");
  rig.add(*dead, 20'000);
  rig.add(*alive, 20'000);
  rig.open();
  REQUIRE(dead->wait_for(has(1000)));
  check_whole(*dead, 1000);
  check_whole(*alive, 1000);
}

TEST_CASE("disk queue: a dead endpoint does not hold up the other") {
  for (const auto source : {Source::fleeting, Source::rereadable}) {
    const auto dead = *Receiver::start(), alive = *Receiver::start();
    dead->set_mode("500");
    QueueRig rig;
    rig.add(*dead, 20'000);
    rig.add(*alive, 20'000);
    rig.open();
    rig.receive_many(0, 1000, source);
    REQUIRE(alive->wait_for(has(1000)));
    check_whole(*alive, 1000);
    CHECK(dead->stats().distinct == 0);
    dead->set_mode("ok");
    REQUIRE(dead->wait_for(has(1000)));
    check_whole(*dead, 1000);
    check_whole(*alive, 1000);
    CHECK(rig.is_all_acked());
  }
}

TEST_CASE("disk queue: full, the oldest is dropped and counted for what cannot be sent again") {
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  QueueRig rig;
  rig.add(*loki);
  rig.open();
  rig.receive_many(0, 10'000, Source::fleeting, 100);
  const double dropped = rig.metric("loki_write_dropped_entries_total", "reason=\"disk_full\"");
  CHECK(dropped > 1000);
  CHECK(rig.metric("loki_write_dropped_bytes_total", "reason=\"disk_full\"") > 1000 * dropped);
  CHECK(rig.metric("tributary_disk_queue_bytes") <= sink::kDiskBytesLeast);
  CHECK(rig.is_all_acked());
  CHECK(rig.metric("tributary_component_buffered") == 10'000 - dropped);
  loki->set_mode("ok");
  const auto left = static_cast<uint64_t>(10'000 - dropped);
  REQUIRE(loki->wait_for(has(left)));
  CHECK(eventually([&] { return rig.metric("tributary_disk_queue_records") == 0; }));
  CHECK(loki->stats().distinct == left);
  CHECK(loki->stats().repeated == 0);
  CHECK(loki->stats().out_of_order == 0);
  CHECK(eventually([&] { return rig.metric("tributary_component_buffered") == 0; }));
  CHECK(rig.metric("tributary_component_received_total") == 10'000);
}

TEST_CASE("disk queue: full, what can be read again waits, and leaves a part to the rest") {
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  QueueRig rig;
  rig.options.silence_max = 0ms;
  rig.add(*loki);
  rig.open();
  std::atomic<int> taken = 0;
  std::stop_source source;
  std::thread reader([&] {
    for (; taken < 10'000 && rig.fates.abandoned_count() == 0; taken += 100)
      rig.receive(numbered(taken, 100, kApp, 1000), Source::rereadable, source.get_token());
  });
  const double half = sink::kDiskBytesLeast / 2;
  CHECK(eventually([&] { return rig.metric("tributary_disk_queue_bytes") > half - 300'000; }));
  rig.receive_many(50'000, 1000, Source::fleeting, 100);
  CHECK(taken < 5'000);
  CHECK(rig.metric("loki_write_dropped_entries_total", "reason=\"disk_full\"") == 0);
  SUBCASE("until there is room") {
    loki->set_mode("ok");
    REQUIRE(loki->wait_for(has(11'000)));
    reader.join();
    CHECK(loki->stats().repeated == 0);
    CHECK(rig.is_all_acked());
  }
  SUBCASE("until its source stops") {
    source.request_stop();
    reader.join();
    CHECK(rig.fates.abandoned_count() == 1);
  }
}

TEST_CASE("disk queue: a disk that refuses costs nothing, is said, and works again by itself") {
  for (const int error : {ENOSPC, EIO, EROFS}) {
    const auto loki = *Receiver::start();
    QueueRig rig;
    rig.add(*loki, 10 << 20);
    rig.open();
    rig.receive_many(0, 100, Source::fleeting);
    rig.fault.error = error;
    rig.receive_many(100, 100, Source::fleeting);
    REQUIRE(loki->wait_for(has(200)));
    const auto health = rig.queue->health();
    CHECK(health.state == Health::State::unhealthy);
    CHECK(health.message.find(rig.options.folder.string()) != std::string::npos);
    CHECK(health.message.find(std::string(std::strerror(error))) != std::string::npos);
    rig.fault.error = 0;
    CHECK(eventually([&] { return rig.queue->health().state == Health::State::healthy; }));
    rig.receive_many(rig.batches * 10, 10, Source::fleeting);
    REQUIRE(loki->wait_for(has(static_cast<uint64_t>(rig.batches) * 10)));
    check_whole(*loki, static_cast<uint64_t>(rig.batches) * 10);
    CHECK(rig.is_all_acked());
  }
}

TEST_CASE("disk queue: without a folder lines pass through memory") {
  const auto loki = *Receiver::start();
  QueueRig rig;
  rig.folder.write("file", "");
  rig.options.folder = rig.folder.path() / "file" / "queue";
  rig.add(*loki, 10 << 20);
  rig.open();
  rig.receive_many(0, 100, Source::fleeting);
  REQUIRE(loki->wait_for(has(100)));
  CHECK(rig.queue->health().message ==
        "disk queue: cannot make " + rig.options.folder.string() +
            ": Not a directory; what waits for a backend is in memory only");
}

TEST_CASE("disk queue: an endpoint that goes is counted, one that comes begins with what is new") {
  const auto dead = *Receiver::start(), alive = *Receiver::start(), late = *Receiver::start();
  dead->set_mode("500");
  QueueRig rig;
  rig.add(*dead, 20'000);
  rig.add(*alive, 20'000);
  rig.open();
  rig.receive_many(0, 500, Source::fleeting);
  REQUIRE(alive->wait_for(has(500)));
  const auto gone = rig.endpoints.front();
  rig.endpoints.erase(rig.endpoints.begin());
  rig.add(*late);
  rig.queue->set_targets(rig.targets());
  gone->endpoint().close(sink::Endpoint::OnStop::drop, Clock::now());
  rig.receive_many(500, 100, Source::fleeting);
  REQUIRE(alive->wait_for(has(600)));
  REQUIRE(late->wait_for(has(100)));
  check_whole(*late, 100);
  gone->endpoint().stop();
  const std::string host = "host=\"" + gone->settings().host() + "\"";
  const std::string endpoint = "endpoint=\"" + gone->settings().host() + "\"";
  CHECK(eventually([&] { return rig.metric("loki_write_dropped_entries_total", host) == 500; }));
  CHECK(rig.metric("tributary_component_buffered", endpoint) == 0);
  CHECK(rig.metric("tributary_component_received_total", endpoint) == 500);
  CHECK(rig.metric("tributary_disk_queue_records") == 0);
}

TEST_CASE("disk queue: a renamed endpoint goes on where it was, also over a restart") {
  const auto loki = *Receiver::start();
  loki->set_mode("500");
  QueueRig rig;
  rig.add(*loki, 20'000);
  rig.open();
  rig.receive_many(0, 500, Source::fleeting);
  auto targets = rig.targets();
  targets[0].name = "renamed";
  rig.queue->set_targets(targets);
  rig.receive_many(500, 100, Source::fleeting);
  CHECK(rig.metric("tributary_disk_queue_records", "endpoint=\"renamed\"") > 0);
  targets.clear();
  rig.stop();
  loki->set_mode("ok");
  rig.add(*loki);  // Under its first name.
  rig.open();
  REQUIRE(loki->wait_for(has(600)));
  check_whole(*loki, 600);
}

TEST_CASE("disk queue: records that hold no batch are dropped and counted") {
  const auto loki = *Receiver::start();
  QueueRig rig;
  {
    io::segment_log::Options of_log;
    of_log.folder = rig.options.folder;
    of_log.kind = rig.options.kind;
    of_log.bytes_max = rig.options.bytes_max;
    const auto log = *io::segment_log::Log::open(of_log, rig.scope(), base::Logger("x"));
    for (const std::string_view text : {"x", "no batch at all"})
      REQUIRE(log->append({&text, 1}, 7).status == io::segment_log::Append::Status::written);
  }
  rig.add(*loki);
  rig.open();
  rig.receive_many(0, 10, Source::fleeting);
  REQUIRE(loki->wait_for(has(10)));
  CHECK(rig.metric("loki_write_dropped_entries_total", "reason=\"disk_damaged\"") == 14);
  CHECK(eventually([&] { return rig.metric("tributary_component_sent_total") == 10; }));
  CHECK(rig.metric("tributary_component_received_total") == 24);
  CHECK(rig.metric("tributary_component_buffered") == 0);
}

TEST_CASE("disk queue: sources at once, a backend that comes and goes, reloads") {
  const auto first = *Receiver::start(), second = *Receiver::start();
  QueueRig rig;
  rig.options.silence_max = 5ms;
  rig.add(*first, 20'000);
  rig.add(*second, 20'000);
  rig.open();
  constexpr int kSources = 4, kLines = 500;
  std::vector<std::thread> sources;
  for (int source = 0; source < kSources; ++source)
    sources.emplace_back([&, source] {
      const Labels labels({{"source", std::to_string(source)}});
      for (int i = 0; i < kLines; i += 5) {
        const telemetry::BatchHead head{
            Ack([](bool) {}, source % 2 == 0 ? Source::fleeting : Source::rereadable), {}};
        rig.queue->receive(
            std::make_shared<const LogPayload>(numbered(source * kLines + i, 5, labels, 500)),
            head);
      }
    });
  for (int turn = 0; turn < 20; ++turn) {
    second->set_mode(turn % 2 == 0 ? "500" : "ok");
    auto targets = rig.targets();
    targets[1].name = turn % 2 == 0 ? "a" : "b";
    rig.queue->set_targets(std::move(targets));
    const auto refused = second->stats().requests;
    second->wait_for([&](const auto& stats) { return stats.requests > refused; }, 50ms);
  }
  second->set_mode("ok");
  for (auto& source : sources) source.join();
  for (const auto* loki : {first.get(), second.get()}) {
    REQUIRE(loki->wait_for(has(kSources * kLines)));
    CHECK(loki->stats().repeated == 0);
    CHECK(loki->stats().missing == 0);
    CHECK(loki->stats().out_of_order == 0);
  }
}

}  // namespace components::loki::write
