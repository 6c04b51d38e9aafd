#include "components/otelcol/processor_batch/gatherer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "telemetry/wire/proto.h"

namespace components::otelcol::processor_batch {
namespace {

using namespace std::chrono_literals;
using telemetry::OtlpBatch;
using telemetry::Signal;

/// What comes out, and when.
class Outlet final : public telemetry::OtlpReceiver {
 public:
  void receive(OtlpBatch batch) override {
    base::Lock lock(mutex_);
    sizes_.push_back(batch.count());
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  /// The sizes of so many batches, once they are there.
  std::vector<size_t> wait(size_t count) {
    base::Lock lock(mutex_);
    while (sizes_.size() < count) changed_.wait(mutex_);
    return sizes_;
  }
  void settle() {
    base::Lock lock(mutex_);
    batches_.clear();
  }
  std::vector<OtlpBatch> take() {
    base::Lock lock(mutex_);
    return std::move(batches_);
  }

 private:
  base::Mutex mutex_;
  base::Condition changed_;
  std::vector<size_t> sizes_ GUARDED_BY(mutex_);
  std::vector<OtlpBatch> batches_ GUARDED_BY(mutex_);
};

std::string request_with(size_t spans) {
  using telemetry::wire::append_bytes;
  std::string scope, resource, request;
  for (size_t i = 0; i < spans; ++i) append_bytes(scope, 2, "");
  append_bytes(resource, 2, scope);
  append_bytes(request, 1, resource);
  return request;
}

OtlpBatch batch_of(size_t spans, telemetry::Ack ack = {}) {
  OtlpBatch batch;
  batch.slices.emplace_back(request_with(spans), spans);
  batch.ack = std::move(ack);
  return batch;
}

/// A gatherer of traces with an outlet.
struct Gathering {
  explicit Gathering(const Arguments& wanted) {
    Arguments arguments = wanted;
    arguments.output.traces = {{outlet}};
    output.set(arguments.output);
    gatherer.update(arguments);
    REQUIRE(gatherer.start().has_value());
  }

  base::metrics::Registry registry;
  base::metrics::Scope scope{registry, {}};
  std::shared_ptr<Outlet> outlet = std::make_shared<Outlet>();
  Output output;
  Flows flows{scope};
  Counts counts{scope};
  Gatherer gatherer{Signal::traces, flows, counts, output};
};

}  // namespace

TEST_CASE("otelcol batch: what is large goes at once in pieces, the rest when the time is up") {
  Arguments arguments;
  arguments.timeout = 100ms;
  Gathering g(arguments);
  g.gatherer.take(batch_of(7500));
  CHECK(g.outlet->wait(3) == std::vector<size_t>{3000, 3000, 1500});
}

TEST_CASE("otelcol batch: what is small is gathered until there is enough") {
  Arguments arguments;
  arguments.timeout = 1h;
  arguments.send_batch_size = 10;
  arguments.send_batch_max_size = 0;
  Gathering g(arguments);
  for (const size_t spans : {4, 5, 6}) g.gatherer.take(batch_of(spans));
  CHECK(g.outlet->wait(1) == std::vector<size_t>{15});
}

TEST_CASE("otelcol batch: without a timeout nothing waits") {
  Arguments arguments;
  arguments.timeout = 0s;
  arguments.send_batch_max_size = 0;
  Gathering g(arguments);
  g.gatherer.take(batch_of(1));
  CHECK(g.outlet->wait(1) == std::vector<size_t>{1});
}

TEST_CASE("otelcol batch: a request is done when all batches are that hold a part of it") {
  Arguments arguments;
  arguments.timeout = 1h;
  arguments.send_batch_size = 3;
  arguments.send_batch_max_size = 3;
  Gathering g(arguments);
  std::atomic<int> first{-1}, second{-1};
  g.gatherer.take(batch_of(4, telemetry::Ack([&](bool delivered) { first = delivered; })));
  g.gatherer.take(batch_of(2, telemetry::Ack([&](bool delivered) { second = delivered; })));
  CHECK(g.outlet->wait(2) == std::vector<size_t>{3, 3});
  auto batches = g.outlet->take();
  batches.erase(batches.begin());
  CHECK(first == -1);
  batches.front().ack.abandon();
  batches.clear();
  CHECK(first == 0);  // Its second part was given up.
  CHECK(second == 0);
}

TEST_CASE("otelcol batch: senders with other headers are not mixed, and are limited in number") {
  Arguments arguments;
  arguments.timeout = 1h;
  arguments.send_batch_size = 2;
  arguments.send_batch_max_size = 0;
  arguments.metadata_keys = {"X-Tenant"};
  arguments.metadata_cardinality_limit = 2;
  Gathering g(arguments);
  const auto from = [](const char* tenant, std::atomic<int>* delivered = nullptr) {
    auto client = std::make_shared<telemetry::OtlpClient>();
    client->metadata["x-tenant"] = {tenant};
    client->metadata["other"] = {"x"};
    telemetry::Ack ack;
    if (delivered != nullptr) ack = telemetry::Ack([delivered](bool was) { *delivered = was; });
    OtlpBatch batch = batch_of(1, std::move(ack));
    batch.client = std::move(client);
    return batch;
  };
  std::atomic<int> third{-1};
  g.gatherer.take(from("a"));
  g.gatherer.take(from("b"));
  g.gatherer.take(from("c", &third));
  CHECK(third == 0);
  g.gatherer.take(from("b"));
  CHECK(g.outlet->wait(1) == std::vector<size_t>{2});
  const auto batches = g.outlet->take();
  CHECK(batches.front().client->metadata ==
        std::map<std::string, std::vector<std::string>>{{"x-tenant", {"b"}}});
}

TEST_CASE("otelcol batch: what senders wait for goes while nothing is on its way") {
  Arguments arguments;
  arguments.timeout = 1h;
  Gathering g(arguments);
  std::atomic<int> done{0};
  const auto waited_for = [&](size_t spans) {
    return batch_of(spans, telemetry::Ack([&](bool) { ++done; }));
  };
  g.gatherer.take(waited_for(1));
  CHECK(g.outlet->wait(1) == std::vector<size_t>{1});
  // Meanwhile others are gathered, and go when it is done.
  g.gatherer.take(waited_for(2));
  g.gatherer.take(waited_for(3));
  g.outlet->settle();
  CHECK(g.outlet->wait(2) == std::vector<size_t>{1, 5});
  g.outlet->settle();
  CHECK(done == 3);
}

TEST_CASE("otelcol batch: at the end what waits goes, and what comes is abandoned") {
  Arguments arguments;
  arguments.timeout = 1h;
  Gathering g(arguments);
  g.gatherer.take(batch_of(1));
  g.gatherer.drain();
  CHECK(g.outlet->wait(1) == std::vector<size_t>{1});
  std::atomic<int> late{-1};
  g.gatherer.take(batch_of(1, telemetry::Ack([&](bool delivered) { late = delivered; })));
  CHECK(late == 0);
}

}  // namespace components::otelcol::processor_batch
