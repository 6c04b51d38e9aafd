#include "components/shared/outbox.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <string>
#include <vector>

#include "components/shared/unfinished_lines.h"
#include "io/wake.h"
#include "tests/support/log_sink.h"

namespace components {
namespace {

using support::eventually;
using support::LogSink;

constexpr size_t kBytesMax = 1000;

struct Box {
  std::shared_ptr<LogSink> sink = std::make_shared<LogSink>();
  std::shared_ptr<const io::Wake> wake = std::make_shared<const io::Wake>();
  base::metrics::Registry registry;
  Outbox<telemetry::LogBatch> outbox{telemetry::Flow({registry, "t"}, telemetry::Flow::kLines),
                                     [wake = wake] { wake->notify(); }, kBytesMax};
  size_t abandoned = 0;

  Box() {
    outbox.set_receivers({sink});
    REQUIRE(outbox.start("test/out"));
  }
  void put(const std::string& text) {
    telemetry::LogBatch batch;
    batch.add(1, text, {});
    batch.ack = telemetry::Ack([this](bool delivered) { abandoned += delivered ? 0 : 1; });
    outbox.put(std::move(batch));
  }
  bool exposes(std::string_view series) {
    return registry.expose().find(series) != std::string::npos;
  }
  bool is_woken() const {
    pollfd woken{wake->fd(), POLLIN, 0};
    return ::poll(&woken, 1, 0) == 1;
  }
};

}  // namespace

TEST_CASE("outbox: batches arrive in order") {
  Box box;
  std::vector<std::string> wanted;
  for (int i = 0; i < 1000; ++i) {
    wanted.push_back(std::to_string(i));
    box.put(wanted.back());
  }
  CHECK(box.sink->has(wanted.size()));
  CHECK(box.sink->texts() == wanted);
  CHECK(!box.is_woken());
}

TEST_CASE("outbox: what waits, is handed over or given up is counted") {
  Box box;
  box.sink->set(LogSink::Mode::block);
  box.put("aa");
  CHECK(eventually([&] { return box.exposes("sent_total{component_id=\"t\",unit=\"lines\"} 1"); }));
  box.put("bbb");
  CHECK(box.exposes("buffered{component_id=\"t\",unit=\"lines\"} 1"));
  CHECK(box.exposes("buffered_bytes{component_id=\"t\",unit=\"lines\"} 35"));
  CHECK(!box.exposes("lag_seconds{component_id=\"t\",unit=\"lines\"} 0\n"));
  box.outbox.stop();
  CHECK(box.exposes("sent_total{component_id=\"t\",unit=\"lines\"} 2"));
  CHECK(box.exposes("buffered{component_id=\"t\",unit=\"lines\"} 0"));
  CHECK(box.exposes("buffered_bytes{component_id=\"t\",unit=\"lines\"} 0"));
  CHECK(box.exposes("lag_seconds{component_id=\"t\",unit=\"lines\"} 0\n"));
  box.put("late");
  CHECK(box.exposes("abandoned_total{component_id=\"t\",unit=\"lines\"} 1"));
}

TEST_CASE("outbox: full while the receiver blocks, and says when half is free again") {
  Box box;
  box.sink->set(LogSink::Mode::block);
  for (int i = 0; i < 4; ++i) {
    CHECK(box.outbox.has_room());
    box.put(std::string(kBytesMax / 4, 'x'));
  }
  CHECK(!box.outbox.has_room());
  CHECK(!box.is_woken());
  box.put("one more");
  box.sink->set(LogSink::Mode::deliver);
  CHECK(eventually([&] { return box.is_woken(); }));
  CHECK(box.outbox.has_room());
  CHECK(box.sink->has(5));
}

TEST_CASE("outbox: a stop hands over what is taken at once, and abandons the rest") {
  for (const bool is_blocked : {false, true}) {
    CAPTURE(is_blocked);
    Box box;
    if (is_blocked) box.sink->set(LogSink::Mode::block);
    for (int i = 0; i < 100; ++i) box.put("line");
    box.outbox.stop();
    CHECK(box.sink->texts().size() == (is_blocked ? 0 : 100));
    CHECK(box.abandoned == (is_blocked ? 100 : 0));
    box.put("after");
    CHECK(box.abandoned == (is_blocked ? 101 : 1));
  }
}

TEST_CASE("unfinished lines: when all hold much, no line gets long") {
  UnfinishedLines all;
  UnfinishedLines::Hold one(all);
  one.set(UnfinishedLines::kBytesMax);
  CHECK(all.line_bytes_max(100'000) == 100'000);
  {
    UnfinishedLines::Hold other(all);
    other.set(1);
    CHECK(all.line_bytes_max(100'000) == UnfinishedLines::kShortLineBytes);
    CHECK(all.line_bytes_max(10) == 10);
    one.set(0);
    CHECK(all.line_bytes_max(100'000) == 100'000);
    one.set(UnfinishedLines::kBytesMax);
  }
  CHECK(all.line_bytes_max(100'000) == 100'000);
}

}  // namespace components
