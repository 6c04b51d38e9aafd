#include "telemetry/log_batch.h"

#include <doctest/doctest.h>

namespace telemetry {
namespace {

struct Collector final : LogReceiver {
  void receive(LogBatch batch) override { batches.push_back(std::move(batch)); }
  std::vector<LogBatch> batches;
};

}  // namespace

TEST_CASE("batch: equal label sets are kept once, lines survive copies and moves") {
  LogBatch batch;
  batch.add(1, "one", Labels({{"a", "1"}}));
  batch.add(2, "two", Labels({{"a", "2"}}));
  batch.add(3, "three", Labels({{"a", "1"}}));
  CHECK(batch.label_sets.size() == 2);
  const LogBatch copy = batch;
  const LogBatch moved = std::move(batch);
  for (const LogBatch* each : {&copy, &moved}) {
    CHECK(each->line(each->entries[2]) == "three");
    CHECK(each->labels(each->entries[2]).get("a") == "1");
  }
}

TEST_CASE("batch: a label set has one index, among few sets and many") {
  const auto set = [](int i) { return Labels{{"request", std::to_string(i)}, {"job", "x"}}; };
  for (const int count : {1, 16, 17, 18, 5000}) {
    CAPTURE(count);
    LogBatch batch;
    for (int i = 0; i < count; ++i) CHECK(batch.intern(set(i)) == static_cast<uint32_t>(i));
    for (int i = count; i-- > 0;) CHECK(batch.intern(set(i)) == static_cast<uint32_t>(i));
    // What relabelling and sources do: change sets in place, add to the list, begin again.
    for (Labels& labels : batch.label_sets)
      labels = Labels{{"new", std::string(labels.get("request"))}};
    const uint32_t own = batch.intern(set(0));
    CHECK(batch.label_sets[own] == set(0));
    batch.label_sets.push_back(set(-1));
    const uint32_t pushed = batch.intern(set(-1));
    CHECK(batch.label_sets[pushed] == set(-1));
    batch.label_sets.resize(1);
    CHECK(batch.label_sets[batch.intern(set(3))] == set(3));
    LogBatch copy = batch;
    CHECK(copy.label_sets[copy.intern(set(4))] == set(4));
  }
}

TEST_CASE("batch: it says what still fits") {
  LogBatch batch;
  CHECK(batch.has_room(LogBatch::kBufferBytesMax));
  CHECK_FALSE(batch.has_room(LogBatch::kBufferBytesMax + 1));
  batch.append("y");
  CHECK(batch.has_room(LogBatch::kBufferBytesMax - 1));
  CHECK_FALSE(batch.has_room(LogBatch::kBufferBytesMax));
  CHECK_FALSE(batch.has_room(~size_t{0}));
}

TEST_CASE("fanout: every receiver gets the batch, and the ack comes once, after the last") {
  auto first = std::make_shared<Collector>();
  auto second = std::make_shared<Collector>();
  Fanout<LogBatch> fanout;
  fanout.set({first, second});
  std::vector<bool> acks;
  LogBatch batch;
  batch.add(1, "line", {});
  batch.ack = Ack([&](bool delivered) { acks.push_back(delivered); });
  fanout.receive(std::move(batch));
  REQUIRE(first->batches.size() == 1);
  REQUIRE(second->batches.size() == 1);
  CHECK(acks.empty());
  first->batches.clear();
  CHECK(acks.empty());
  second->batches[0].ack.abandon();
  second->batches.clear();
  CHECK(acks == std::vector<bool>{false});
}

TEST_CASE("fanout: without receivers a batch counts as delivered") {
  Fanout<LogBatch> fanout;
  bool delivered = false;
  LogBatch batch;
  batch.ack = Ack([&](bool ok) { delivered = ok; });
  fanout.receive(std::move(batch));
  CHECK(delivered);
}

}  // namespace telemetry
