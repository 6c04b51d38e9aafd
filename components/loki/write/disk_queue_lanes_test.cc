#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "components/loki/write/disk_queue_testing.h"

/// A disk queue with tenants of which one is not served.
namespace components::loki::write {

using namespace testing;

namespace {

const Labels kGood({{"__tenant_id__", "good"}}), kBad({{"__tenant_id__", "bad"}});

/// Lines by turns for two tenants; those of one say "bad".
LogBatch of_both(int first, int count) {
  LogBatch batch;
  for (int i = first; i < first + count; ++i) {
    const bool is_bad = i % 2 == 0;
    batch.add(1'700'000'000'000'000'000 + i,
              fmt::format("{} seq={:012} {}", is_bad ? "bad" : "good", i, std::string(1000, 'x')),
              is_bad ? kBad : kGood);
  }
  return batch;
}

struct TenantRig : QueueRig {
  std::unique_ptr<Receiver> loki = *Receiver::start();

  explicit TenantRig(std::chrono::milliseconds silence_max = 50ms) {
    options.silence_max = silence_max;
  }
  ~TenantRig() { stop(); }

  void begin() {
    add(*loki, 20'000);
    open();
  }
  void refuse_bad() { loki->set_mode("429", {}, "", "bad "); }
  void receive_both(int first, int count, Source source = Source::fleeting) {
    for (int i = first; i < first + count; i += 10) receive(of_both(i, 10), source);
  }
  bool is_empty() {
    return eventually([&] {
      return metric("tributary_component_buffered") == 0 &&
             metric("tributary_disk_queue_records") == 0;
    });
  }
  /// Whether this is the position of all but the dead tenant.
  bool has_saved(int record) {
    const auto line = fmt::format("{}\t{}\n", endpoints.front()->settings().host(), record);
    return eventually([&] { return cursors().find(line) != std::string::npos; });
  }
  std::string cursors() const { return *base::read_file(options.folder / "cursors"); }
};

}  // namespace

TEST_CASE("disk queue: a dead tenant does not hold up what others have in the log") {
  TenantRig rig;
  rig.loki->set_mode("500");
  rig.begin();
  rig.receive_both(0, 1000);
  rig.refuse_bad();
  REQUIRE(rig.loki->wait_for(has(500)));
  CHECK(rig.loki->stats().repeated == 0);
  CHECK(eventually([&] { return rig.metric("tributary_component_buffered") == 500; }));
  SUBCASE("which get what comes past the disk") {
    REQUIRE(eventually([&] { return rig.cursors().find("bad\t") != std::string::npos; }));
    const double spilled = rig.metric("tributary_disk_queue_spilled_entries_total");
    for (int i = 1000; i < 1200; i += 10) {
      rig.receive_both(i, 10);
      REQUIRE(rig.loki->wait_for(has(500 + static_cast<uint64_t>(i - 990) / 2)));
    }
    CHECK(rig.metric("tributary_disk_queue_spilled_entries_total") == spilled + 100);
    rig.loki->set_mode("ok");
    REQUIRE(rig.loki->wait_for(has(1200)));
    check_whole(*rig.loki, 1200);
  }
  SUBCASE("which gets its lines when it is back") {
    rig.loki->set_mode("ok");
    REQUIRE(rig.loki->wait_for(has(1000)));
    check_whole(*rig.loki, 1000);
  }
  CHECK(rig.is_empty());
  CHECK(rig.is_all_acked());
  CHECK(eventually([&] { return rig.cursors().find("bad\t") == std::string::npos; }));
  const double spilled = rig.metric("tributary_disk_queue_spilled_entries_total");
  rig.receive(of_both(2000, 10), Source::fleeting);  // Past the disk again.
  REQUIRE(eventually([&] { return rig.loki->stats().distinct % 100 == 10; }));
  CHECK(rig.metric("tributary_disk_queue_spilled_entries_total") == spilled);
}

TEST_CASE("disk queue: the position of others does not wait for a dead tenant") {
  TenantRig rig;
  rig.refuse_bad();
  rig.begin();
  rig.receive_both(0, 1000);
  REQUIRE(rig.loki->wait_for(has(500)));
  REQUIRE(rig.has_saved(100));
  const auto saved = rig.options.folder.string() + ".killed";
  SUBCASE("after a stop") {
    rig.stop();
  }
  SUBCASE("after kill -9") {
    std::filesystem::copy(rig.options.folder, saved);  // What it would leave.
    rig.stop();
    std::filesystem::remove_all(rig.options.folder);
    std::filesystem::rename(saved, rig.options.folder);
  }
  SUBCASE("after a stop, and it is dead still") {
    rig.stop();
    rig.begin();
    rig.receive_both(1000, 100);
    REQUIRE(rig.loki->wait_for(has(550)));
    REQUIRE(rig.has_saved(110));
    rig.stop();
    rig.loki->set_mode("ok");
    rig.begin();
    REQUIRE(rig.loki->wait_for(has(1100)));
    check_whole(*rig.loki, 1100);
    CHECK(rig.is_empty());
    return;
  }
  rig.loki->set_mode("ok");
  rig.begin();
  REQUIRE(rig.loki->wait_for(has(1000)));
  check_whole(*rig.loki, 1000);
  CHECK(rig.is_empty());
}

TEST_CASE("disk queue: what the own tenant did not get goes to the own tenant of now") {
  TenantRig rig;
  rig.loki->set_mode("429", {}, "", "own ");
  rig.begin();
  for (int i = 0; i < 1000; i += 10) {
    LogBatch batch = of_both(i, 10);
    for (auto& labels : batch.label_sets)
      if (labels == kBad) labels = kApp;
    for (size_t at = batch.buffer.find("bad "); at != std::string::npos;
         at = batch.buffer.find("bad "))
      batch.buffer.replace(at, 4, "own ");
    rig.receive(std::move(batch), Source::fleeting);
  }
  REQUIRE(rig.loki->wait_for(has(500)));
  REQUIRE(rig.has_saved(100));
  SUBCASE("after a reload") {
    rig.endpoints.front()->update(
        settings_of(QueueRig::arguments_to(*rig.loki, 20'000, "renamed"))[0]);
    rig.loki->set_mode("ok");
  }
  SUBCASE("after a restart") {
    rig.stop();
    rig.loki->set_mode("ok");
    rig.add(*rig.loki, 20'000, "renamed");
    rig.open();
  }
  REQUIRE(rig.loki->wait_for(has(1000)));
  CHECK(rig.loki->stats().repeated == 0);
  CHECK(rig.is_empty());
  const auto lines = rig.loki->lines();
  CHECK(std::ranges::count(lines, "renamed", &Receiver::Line::tenant) >= 400);
}

TEST_CASE("disk queue: a dead tenant does not hold up files, whose lines for it are stored") {
  TenantRig rig;
  rig.refuse_bad();
  rig.begin();
  rig.receive_both(0, 1000, Source::rereadable);
  REQUIRE(rig.loki->wait_for(has(500)));
  REQUIRE(eventually([&] { return rig.cursors().find("bad\t") != std::string::npos; }));
  const double appended = rig.metric("tributary_disk_queue_appended_entries_total");
  for (int i = 1000; i < 1100; i += 10)
    rig.receive(numbered(i, 10, kGood, 1000), Source::rereadable);
  REQUIRE(rig.loki->wait_for(has(600)));
  CHECK(rig.metric("tributary_disk_queue_appended_entries_total") == appended);
  rig.loki->set_mode("ok");
  REQUIRE(rig.loki->wait_for(has(1100)));
  CHECK(rig.loki->stats().repeated == 0);
  CHECK(rig.loki->stats().out_of_order == 0);
  CHECK(rig.is_empty());
  CHECK(rig.is_all_acked());
}

TEST_CASE("disk queue: full, only what the dead tenant has not got is counted as dropped") {
  TenantRig rig;
  rig.refuse_bad();
  rig.begin();
  int sent = 0;
  const auto dropped = [&] {
    return rig.metric("loki_write_dropped_entries_total", "reason=\"disk_full\"");
  };
  for (; dropped() == 0 && sent < 20'000; sent += 100) {
    rig.receive_both(sent, 100);
    REQUIRE(rig.loki->wait_for(has(static_cast<uint64_t>(sent + 100) / 2)));
  }
  const double lost = dropped();
  CHECK(lost > 100);
  CHECK(eventually([&] { return rig.metric("tributary_component_buffered") == sent / 2 - lost; }));
  rig.loki->set_mode("ok");
  REQUIRE(rig.loki->wait_for(has(static_cast<uint64_t>(sent - lost))));
  CHECK(rig.is_empty());
  CHECK(rig.loki->stats().distinct == static_cast<uint64_t>(sent - lost));
  CHECK(rig.loki->stats().repeated == 0);
  CHECK(rig.metric("tributary_component_received_total") == sent);
  CHECK(eventually([&] { return rig.metric("tributary_component_sent_total") == sent - lost; }));
}

TEST_CASE("disk queue: several dead tenants, one after the other") {
  TenantRig rig;
  rig.loki->set_mode("429", {}, "", "dead");
  rig.begin();
  int number = 0, dead = 0;
  for (int round = 0; round < 60; ++round) {
    LogBatch batch;
    for (int tenant = 0; tenant < 6; ++tenant) {
      const bool is_dead = tenant % 2 == 0;
      if (is_dead && round < 5 * tenant) continue;  // It comes later.
      batch.add(number + 1,
                fmt::format("{} seq={:012d} {}", is_dead ? "dead" : "good", number,
                            std::string(1000, 'x')),
                Labels({{"__tenant_id__", fmt::format("t{}", tenant)}}));
      ++number;
      dead += is_dead ? 1 : 0;
    }
    rig.receive(std::move(batch), Source::fleeting);
  }
  REQUIRE(rig.loki->wait_for(has(static_cast<uint64_t>(number - dead))));
  rig.loki->set_mode("ok");
  REQUIRE(rig.loki->wait_for(has(static_cast<uint64_t>(number))));
  check_whole(*rig.loki, static_cast<uint64_t>(number));
  CHECK(rig.is_empty());
}

TEST_CASE("disk queue: an endpoint that goes counts what its dead tenant did not get") {
  TenantRig rig;
  const auto other = *Receiver::start();
  rig.refuse_bad();
  rig.begin();
  rig.add(*other, 10 << 20);
  rig.queue->set_targets(rig.targets());
  rig.receive_both(0, 1000);
  REQUIRE(rig.loki->wait_for(has(500)));
  REQUIRE(eventually([&] { return rig.cursors().find("bad\t") != std::string::npos; }));
  const auto gone = rig.endpoints.front();
  const std::string host = "host=\"" + gone->settings().host() + "\"";
  // The receiver has a line before the endpoint has its answer, and what has none is dropped.
  REQUIRE(eventually([&] { return rig.metric("loki_write_sent_entries_total", host) == 500; }));
  rig.endpoints.erase(rig.endpoints.begin());
  rig.queue->set_targets(rig.targets());
  gone->endpoint().close(sink::Endpoint::OnStop::drop, Clock::now());
  gone->endpoint().stop();
  CHECK(eventually([&] { return rig.metric("loki_write_dropped_entries_total", host) == 500; }));
  REQUIRE(other->wait_for(has(1000)));
  CHECK(eventually([&] { return rig.cursors().find("bad\t") == std::string::npos; }));
}

}  // namespace components::loki::write
