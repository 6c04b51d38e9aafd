#include <doctest/doctest.h>

#include "components/loki/process/fixture.h"

namespace components::loki::process {

TEST_CASE(
    "loki.process: the parts of a line keep their acks until the line is "
    "whole") {
  Fixture fixture("stage.cri { max_partial_lines = 2 }");
  std::vector<std::string> events;
  const auto send = [&](std::string name, const std::vector<std::string>& texts) {
    auto batch = lines(texts);
    batch.ack =
        telemetry::Ack([&events, name](bool ok) { events.push_back(name + (ok ? "+" : "-")); });
    return fixture.process(std::move(batch));
  };
  auto first = send("first", {"2024-01-01T00:00:00Z stdout P one "});
  CHECK(first.entries.empty());
  first = {};
  CHECK(events.empty());
  CHECK(fixture.held() == 1);
  auto second = send("second", {"2024-01-01T00:00:01Z stdout F two"});
  CHECK(print(second) == "{job=\"j\", stream=\"stdout\"} one two\n");
  CHECK(fixture.held() == 0);
  CHECK(events.empty());
  second = {};
  CHECK(events.size() == 2);
  events.clear();
  send("pending", {"2024-01-01T00:00:00Z stdout P lost"});
  fixture.destroy();
  CHECK(events == std::vector<std::string>{"pending-"});
}

TEST_CASE(
    "loki.process: too many partial lines go on as they are, in front of the "
    "new one") {
  Fixture fixture("stage.cri { max_partial_lines = 1 }");
  CHECK(fixture.run({"2024-01-01T00:00:00Z stdout P one", "2024-01-01T00:00:00Z stderr P two",
                     "2024-01-01T00:00:00Z stderr F end"}) ==
        "{job=\"j\", stream=\"stdout\"} one\n{job=\"j\", stream=\"stderr\"} "
        "twoend\n");
  CHECK(fixture.exposes("loki_process_cri_partial_lines_flushed_total{component_id=\"t\"} 1"));
}

TEST_CASE("loki.process: the part of a line whose end never comes goes on after a while") {
  Fixture fixture("stage.cri { }");
  bool is_acked = false;
  auto batch = lines({"2024-01-01T00:00:00Z stdout P one ", "2024-01-01T00:00:01Z stdout P two"});
  batch.ack = telemetry::Ack([&](bool ok) { is_acked = ok; }, telemetry::Ack::Source::rereadable);
  CHECK(fixture.process(std::move(batch)).entries.empty());
  const auto due = fixture.due();
  CHECK(due == fixture.now + std::chrono::seconds(5));
  CHECK(fixture.flush(due - std::chrono::milliseconds(1)).entries.empty());
  CHECK(fixture.flush(Clock::time_point::max()).entries.empty());  // It is read again.
  CHECK(fixture.held() == 2);
  {
    const auto flushed = fixture.flush(due);
    CHECK(print(flushed) == "{job=\"j\", stream=\"stdout\"} one two\n");
    CHECK(!is_acked);
  }
  CHECK(is_acked);
  CHECK(fixture.held() == 0);
  CHECK(fixture.due() == Clock::time_point::max());
  // It is not joined with what comes next.
  CHECK(fixture.run({"2024-01-01T00:00:09Z stdout F three"}) ==
        "{job=\"j\", stream=\"stdout\"} three\n");
}

TEST_CASE("loki.process: at the end, parts of a line that nobody reads again go on") {
  using Source = telemetry::Ack::Source;
  std::vector<std::string> events;
  Fixture fixture("stage.cri { }");
  const auto send = [&](std::string name, Source source, std::string text) {
    auto batch = lines({text}, {{"from", name}});
    batch.ack = telemetry::Ack(
        [&events, name](bool ok) { events.push_back(name + (ok ? "+" : "-")); }, source);
    CHECK(fixture.process(std::move(batch)).entries.empty());
  };
  send("file", Source::rereadable, "2024-01-01T00:00:00Z stdout P one");
  send("syslog", Source::fleeting, "2024-01-01T00:00:00Z stdout P two");
  send("syslog", Source::fleeting, "2024-01-01T00:00:00Z stdout P three");
  CHECK(print(fixture.flush(Clock::time_point::max())) ==
        "{from=\"syslog\", stream=\"stdout\"} twothree\n");
  CHECK(events == std::vector<std::string>{"syslog+", "syslog+"});
  fixture.destroy();
  CHECK(events.back() == "file-");
}

TEST_CASE("loki.process: a line without an end is bounded") {
  for (const std::string_view args :
       {"", "max_partial_line_size = 100\nmax_partial_line_size_truncate = true"}) {
    CAPTURE(args);
    size_t acked = 0, sent = 0, most = 0;  // Before the fixture, whose end lets go of acks.
    Fixture fixture(fmt::format("stage.cri {{ {} }}", args));
    const std::string part = "2024-01-01T00:00:00Z stdout P " + std::string(1 << 20, 'x');
    for (int i = 0; i < 40; ++i) {
      auto batch = lines({part});
      batch.ack = telemetry::Ack([&acked](bool ok) { acked += ok; });
      batch = fixture.process(std::move(batch));
      for (const auto& entry : batch.entries) {
        ++sent;
        most = std::max(most, batch.line(entry).size());
      }
    }
    CHECK(sent == 2);
    CHECK(most == (args.empty() ? 16 << 20 : 100));
    CHECK(acked == 32);
    CHECK(fixture.held() == 8);
  }
  // Many of them share a bound.
  Fixture fixture("stage.cri { }");
  size_t held_most = 0;
  for (int i = 0; i < 100; ++i) {
    auto batch = lines({"2024-01-01T00:00:00Z stdout P " + std::string(1 << 20, 'x')},
                       {{"pod", std::to_string(i)}});
    fixture.process(std::move(batch));
    held_most = std::max(held_most, fixture.held());
  }
  CHECK(held_most == 64);
}

}  // namespace components::loki::process
