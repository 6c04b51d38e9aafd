#include "telemetry/log_batch.h"

#include <doctest/doctest.h>

#include "telemetry/fanout.h"

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

TEST_CASE("fanout: every receiver gets the batch, and the ack comes once, after the last") {
  auto first = std::make_shared<Collector>();
  auto second = std::make_shared<Collector>();
  Fanout fanout;
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
  Fanout fanout;
  bool delivered = false;
  LogBatch batch;
  batch.ack = Ack([&](bool ok) { delivered = ok; });
  fanout.receive(std::move(batch));
  CHECK(delivered);
}

}  // namespace telemetry
