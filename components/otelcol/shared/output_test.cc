#include "components/otelcol/shared/output.h"

#include <doctest/doctest.h>

#include <memory>

#include "components/otelcol/shared/testing.h"

namespace components::otelcol {
namespace {

telemetry::OtlpBatch batch_for(telemetry::Signal signal) {
  telemetry::OtlpBatch batch;
  batch.signal = signal;
  batch.slices.emplace_back("request", 1);
  return batch;
}

}  // namespace

TEST_CASE("otelcol output: each signal goes to its own receivers") {
  const auto metrics = std::make_shared<Sink>(), first = std::make_shared<Sink>(),
             second = std::make_shared<Sink>();
  Output output;
  CHECK(!output.receive(batch_for(telemetry::Signal::logs)));  // before it is set
  OutputArguments arguments;
  arguments.metrics = {{metrics}};
  arguments.traces = {{first}, {nullptr}, {second}};  // one could not be evaluated
  output.set(arguments);

  CHECK(output.receive(batch_for(telemetry::Signal::metrics)));
  CHECK(output.receive(batch_for(telemetry::Signal::traces)));
  CHECK(!output.has(telemetry::Signal::logs));
  CHECK(!output.receive(batch_for(telemetry::Signal::logs)));

  CHECK(metrics->batches.size() == 1);
  CHECK(metrics->batches[0].signal == telemetry::Signal::metrics);
  REQUIRE(first->batches.size() == 1);
  REQUIRE(second->batches.size() == 1);
  // The bytes are not copied.
  CHECK(first->batches[0].slices[0].bytes.data() == second->batches[0].slices[0].bytes.data());
}

TEST_CASE("otelcol output: a batch is delivered when all have it, and when nobody takes it") {
  const auto first = std::make_shared<Sink>(), second = std::make_shared<Sink>();
  Output output;
  output.set({.logs = {{first}, {second}}});
  int delivered = 0;
  const auto with_ack = [&](telemetry::Signal signal) {
    auto batch = batch_for(signal);
    batch.ack = telemetry::Ack([&](bool is_delivered) { delivered += is_delivered ? 1 : 0; });
    return batch;
  };
  CHECK(output.receive(with_ack(telemetry::Signal::logs)));
  first->batches.clear();
  CHECK(delivered == 0);
  second->batches.clear();
  CHECK(delivered == 1);
  CHECK(!output.receive(with_ack(telemetry::Signal::traces)));
  CHECK(delivered == 2);
}

}  // namespace components::otelcol
