#include "components/config_blocks/logging/logging.h"

#include <doctest/doctest.h>

#include "tests/support/log_sink.h"

namespace components::config_blocks::logging {
namespace {

using support::LogSink;

/// Logs a line while it has one, as stages and sinks do.
class Talkative final : public telemetry::LogReceiver {
 public:
  explicit Talkative(std::shared_ptr<telemetry::LogReceiver> next) : next_(std::move(next)) {}
  void receive(telemetry::LogBatch batch) override {
    base::Logger("talkative").error("got {} lines", batch.entries.size());
    next_->receive(std::move(batch));
  }

 private:
  std::shared_ptr<telemetry::LogReceiver> next_;
};

/// Keeps the first batch until it is stopped.
class Stuck final : public telemetry::LogReceiver {
 public:
  void receive(telemetry::LogBatch batch) override {
    base::Lock lock(mutex_);
    never_.wait(mutex_, batch.stop, [] { return false; });
  }

 private:
  base::Mutex mutex_;
  base::Condition never_;
};

struct Fixture {
  base::metrics::Registry registry;
  std::shared_ptr<LogSink> sink = std::make_shared<LogSink>();
  Arguments arguments;
  std::unique_ptr<Logging> logging;

  void start() {
    const Context context{.id = "logging",
                          .data_dir = "/nowhere",
                          .metrics = {registry, "logging"},
                          .log = base::Logger("logging"),
                          .publish = [](const river::Value&) {}};
    logging = std::make_unique<Logging>(context, arguments);
    REQUIRE(logging->start());
  }
};

TEST_CASE("logging: write_to gets the agent's lines, and none after stop") {
  Fixture f;
  f.arguments.level = Level::warn;
  f.arguments.write_to = {{f.sink}};
  f.start();
  const base::Logger log("x.y");
  log.info("not severe enough");
  log.warn("a \"{}\"", "b");
  REQUIRE(f.sink->has(1));
  const auto line = f.sink->lines()[0];
  CHECK(line.labels == "{component=\"alloy\"}");
  CHECK(line.text.starts_with("ts=2"));
  CHECK(line.text.ends_with(" level=warn component_id=x.y msg=\"a \\\"b\\\"\""));
  f.logging->stop();
  log.error("after the stop");
  CHECK(f.sink->lines().size() == 1);
}

TEST_CASE("logging: lines about own lines are not sent again") {
  Fixture f;
  f.arguments.level = Level::error;
  f.arguments.write_to = {{std::make_shared<Talkative>(f.sink)}};
  f.start();
  const base::Logger log("x");
  for (int i = 1; i <= 3; ++i) {
    log.error("line {} of a test of write_to", i);
    REQUIRE(f.sink->has(static_cast<size_t>(i)));
  }
  f.logging->stop();
  CHECK(f.sink->lines().size() == 3);
}

TEST_CASE("logging: a receiver that takes nothing holds nobody up") {
  Fixture f;
  f.arguments.level = Level::error;
  f.arguments.write_to = {{std::make_shared<Stuck>()}};
  f.start();
  const std::string long_line(OwnLines::kLineBytesMax, 'x');
  for (int i = 0; i < 40; ++i) base::log::write(base::log::Level::error, "x", long_line);
  CHECK(f.registry.expose().find(
            "tributary_logging_dropped_lines_total{component_id=\"logging\"} 0") ==
        std::string::npos);
  f.logging->stop();
}

}  // namespace
}  // namespace components::config_blocks::logging
