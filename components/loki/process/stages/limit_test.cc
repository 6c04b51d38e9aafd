#include "components/loki/process/stages/limit.h"

#include <doctest/doctest.h>

#include <thread>

#include "components/loki/process/fixture.h"
#include "components/loki/process/process.h"
#include "tests/support/log_sink.h"

namespace components::loki::process::stages {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::eventually;
using telemetry::LogBatch;

/// Slow enough that a second token never comes within a test.
constexpr std::string_view kStuck = "stage.limit {\nrate = 0.001\nburst = 2\n}";

size_t count(const LogBatch& batch) {
  return batch.entries.size();
}

}  // namespace

TEST_CASE("stage.limit: a token bucket") {
  TokenBucket bucket(2, 3, {});
  const auto take = [&](int tries) {
    int taken = 0;
    for (; tries > 0; --tries) taken += bucket.take() ? 1 : 0;
    return taken;
  };
  const Clock::time_point start{};
  CHECK(take(5) == 3);
  CHECK(bucket.ready(1) == start + milliseconds(500));
  CHECK(bucket.ready(2) == start + seconds(1));
  CHECK(bucket.ready(100) == start + milliseconds(1500));  // It holds no more than three.
  bucket.fill(start + milliseconds(499));
  CHECK(take(1) == 0);
  bucket.fill(start + milliseconds(500));
  CHECK(take(2) == 1);
  bucket.fill(start + seconds(100));
  CHECK(take(5) == 3);
  bucket.fill(start);  // A clock that stands still or goes back gives nothing.
  CHECK(take(1) == 0);
}

TEST_CASE("stage.limit: what is too much is dropped and counted") {
  Fixture fixture("stage.limit {\nrate = 0.001\nburst = 2\ndrop = true\n}");
  CHECK(fixture.checked.messages == "");
  CHECK(fixture.run({"a", "b", "c"}) == "{job=\"j\"} a\n{job=\"j\"} b\n");
  CHECK(fixture.run({"d"}) == "");
  CHECK(fixture.exposes("reason=\"ratelimit_drop_stage\"} 2"));
}

TEST_CASE("stage.limit: each value of a label on its own") {
  Fixture fixture(
      "stage.limit {\nrate = 0.001\nburst = 1\ndrop = true\nby_label_name = \"app\"\n}");
  const telemetry::Labels a{{"app", "a"}}, b{{"app", "b"}}, none{{"job", "j"}};
  LogBatch batch;
  for (const auto& labels : {a, a, b, none, none, b, a}) batch.add(1, "x", labels);
  CHECK(print(fixture.process(batch)) ==
        "{app=\"a\"} x\n{app=\"b\"} x\n{job=\"j\"} x\n{job=\"j\"} x\n");
  CHECK(fixture.exposes("label_name=\"app\",label_value=\"a\"} 2"));
  CHECK(fixture.exposes("label_name=\"app\",label_value=\"b\"} 1"));
  CHECK(fixture.exposes("reason=\"ratelimit_drop_stage\"} 3"));
}

TEST_CASE("stage.limit: values that were not seen for longest are forgotten") {
  Fixture fixture(
      "stage.limit {\nrate = 0.001\nburst = 1\ndrop = true\nby_label_name = \"app\"\n"
      "max_distinct_labels = 10\n}");
  const auto send = [&](int app) {
    return count(fixture.process(lines({"x"}, {{"app", std::to_string(app)}})));
  };
  CHECK(send(0) == 1);
  for (int app = 1; app < 10'000; ++app) send(app);
  CHECK(send(0) == 0);  // At least 10000 are known, and this one was just used.
  CHECK(send(10'000) == 1);
  CHECK(send(0) == 0);
  CHECK(send(1) == 1);  // Forgotten: its bucket is new.
}

TEST_CASE("stage.limit: lines wait for their tokens") {
  Fixture fixture("stage.limit {\nrate = 100\nburst = 2\n}");
  const auto start = Clock::now();
  CHECK(count(fixture.process(lines({"1", "2", "3", "4", "5", "6", "7"}))) == 7);
  CHECK(Clock::now() - start >= milliseconds(49));
}

TEST_CASE("stage.limit: who waits gives up on stop, and gives the lines back") {
  base::metrics::Registry registry;
  const base::metrics::Scope scope(registry, "p");
  const base::Logger log("p");
  const auto sink = std::make_shared<support::LogSink>();
  const auto pipeline_of = [&](std::string_view stages, std::stop_token stop) {
    return std::make_shared<Pipeline>(check(stages).arguments->stages, scope,
                                      telemetry::Flow(scope, telemetry::Flow::kLines), log, stop);
  };
  enum class How { batch, component, replaced, batch_that_is_lost };
  using From = telemetry::Ack::Source;
  for (const How how : {How::batch, How::component, How::replaced, How::batch_that_is_lost}) {
    CAPTURE(static_cast<int>(how));
    const bool goes_on = how == How::replaced || how == How::batch_that_is_lost;
    sink->clear();
    Processor processor(scope);
    processor.set_next({sink});
    const auto pipeline = pipeline_of(kStuck, processor.stopping());  // Holds its counters.
    REQUIRE(processor.set_pipeline(pipeline));
    REQUIRE(processor.start());
    std::stop_source stop;
    std::atomic<int> delivered = -1;
    const auto has_abandoned = [&] {
      return registry.expose().find("abandoned_total{component_id=\"p\",unit=\"lines\"} 4") !=
             std::string::npos;  // One of them is that of the second source.
    };
    std::thread source([&] {
      auto batch = lines({"1", "2", "3", "4", "5"});
      batch.stop = stop.get_token();
      batch.ack = telemetry::Ack([&](bool ok) { delivered = ok ? 1 : 0; },
                                 goes_on ? From::fleeting : From::rereadable);
      processor.receive(std::move(batch));
    });
    std::this_thread::sleep_for(milliseconds(20));
    CHECK(delivered == -1);
    std::stop_source other;
    std::thread second([&] {  // Waits for its turn, and can be stopped there.
      auto batch = lines({"never"});
      batch.stop = other.get_token();
      processor.receive(std::move(batch));
    });
    other.request_stop();
    second.join();
    if (how == How::batch || how == How::batch_that_is_lost) stop.request_stop();
    if (how == How::component) processor.close();
    if (how == How::replaced) CHECK(processor.set_pipeline(pipeline_of("", processor.stopping())));
    source.join();
    CHECK(delivered == (goes_on ? 1 : 0));
    CHECK(sink->lines().size() == (goes_on ? 5 : 2));
    CHECK(has_abandoned() == !goes_on);
  }
}

}  // namespace components::loki::process::stages
