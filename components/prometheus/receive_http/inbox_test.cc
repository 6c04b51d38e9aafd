#include "components/prometheus/receive_http/inbox.h"

#include <doctest/doctest.h>

#include <deque>
#include <limits>

#include "base/mutex.h"
#include "components/prometheus/echo/echo.h"
#include "telemetry/wire/snappy.h"

namespace components::prometheus::receive_http {
namespace {

/// Keeps the batches that it gets, until a test lets go of them.
class Shelf final : public telemetry::SampleReceiver {
 public:
  void receive(telemetry::SampleBatch batch) override {
    base::Lock lock(mutex_);
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  /// The next one, which must come.
  telemetry::SampleBatch take() {
    base::Lock lock(mutex_);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (batches_.empty())
      REQUIRE(changed_.wait_until(mutex_, until) == std::cv_status::no_timeout);
    telemetry::SampleBatch batch = std::move(batches_.front());
    batches_.pop_front();
    return batch;
  }
  bool is_empty() {
    base::Lock lock(mutex_);
    return batches_.empty();
  }

 private:
  base::Mutex mutex_;
  base::Condition changed_;
  std::deque<telemetry::SampleBatch> batches_ GUARDED_BY(mutex_);
};

std::string compressed(std::string_view message) {
  return telemetry::wire::compress_block(std::vector<std::string_view>{message});
}

/// A request with a sample of each series at this time.
std::string request_of(const std::vector<std::vector<telemetry::Label>>& series, int64_t time_ms) {
  telemetry::SeriesTable::Builder builder;
  for (const auto& labels : series) builder.add_series(labels);
  const auto table = builder.build();
  telemetry::wire::WriteEncoder encoder;
  for (uint32_t i = 0; i < table->size(); ++i) encoder.add(table->wire(i), time_ms, i + 0.5);
  return encoder.finish(encoder.encoded());
}

struct InboxRig {
  InboxRig() {
    Arguments arguments;
    arguments.forward_to = {{shelf}};
    REQUIRE(inbox.update(arguments));
  }
  ~InboxRig() { inbox.stop(); }

  /// Where the status of the answer will be; 0 until then.
  std::shared_ptr<std::atomic<int>> send(std::string body, io::http::Headers headers = {},
                                         std::string target = std::string(kWritePath),
                                         std::string method = "POST") {
    auto status = std::make_shared<std::atomic<int>>(0);
    inbox.take({std::move(method), std::move(target), std::move(headers), {}}, std::move(body),
               [status](const io::http::Response& response) { *status = response.status; });
    return status;
  }
  bool exposes(std::string_view line) { return registry.expose().find(line) != std::string::npos; }

  base::metrics::Registry registry;
  std::shared_ptr<Shelf> shelf = std::make_shared<Shelf>();
  Inbox inbox{{registry, "prometheus.receive_http.x"}};
};

}  // namespace

TEST_CASE("receive_http: a request is answered when its samples are safe") {
  InboxRig rig;
  const auto status = rig.send(request_of({{{"__name__", "a"}, {"x", "1"}}}, 7));
  auto batch = rig.shelf->take();
  CHECK(*status == 0);
  REQUIRE(batch.count() == 1);
  CHECK(echo::describe(batch, batch.samples[0]) == "a{x=\"1\"} 0.5 7");
  batch = {};
  CHECK(*status == 204);
}

TEST_CASE("receive_http: what was given up on the way is to be sent again") {
  InboxRig rig;
  const std::string body = request_of({{{"__name__", "a"}}}, 7);
  const auto first = rig.send(body);
  rig.shelf->take().ack.abandon();
  CHECK(*first == 503);
  const auto second = rig.send(body);
  CHECK(rig.shelf->take().count() == 1);
  CHECK(*second == 204);
}

TEST_CASE("receive_http: a request that is sent again is not taken again") {
  InboxRig rig;
  const std::string body = request_of({{{"__name__", "a"}}}, 7);
  const auto first = rig.send(body);
  auto batch = rig.shelf->take();
  const auto second = rig.send(body);
  const auto other = rig.send(request_of({{{"__name__", "b"}}}, 7));
  auto batch_of_other = rig.shelf->take();
  CHECK(batch_of_other.series->get(0, "__name__") == "b");
  batch = {};
  CHECK(*first == 0);  // Its sender has given up, and asked again.
  CHECK(*second == 204);
  CHECK(*other == 0);
  CHECK(*rig.send(body) == 204);  // The answer was lost.
  CHECK(rig.shelf->is_empty());
}

TEST_CASE("receive_http: what is no request of remote write 1 is refused") {
  using Headers = io::http::Headers;
  InboxRig rig;
  const std::string good = request_of({{{"__name__", "a"}}}, 7);
  CHECK(*rig.send("not snappy") == 400);
  CHECK(*rig.send(compressed("no message")) == 400);
  CHECK(*rig.send("") == 400);
  CHECK(*rig.send(compressed(std::string(Inbox::kRequestBytesMax + 1, '\0'))) == 413);
  CHECK(*rig.send(good, {}, "/api/v1/write") == 404);
  CHECK(*rig.send(good, {}, std::string(kWritePath), "GET") == 405);
  CHECK(*rig.send(good, {{"Content-Encoding", "gzip"}}) == 415);
  for (const std::string type : {"text/plain", "application/json",
                                 "application/x-protobuf;proto=io.prometheus.write.v2.Request"}) {
    CAPTURE(type);
    CHECK(*rig.send(good, {{"Content-Type", type}}) == 415);
  }
  CHECK(rig.shelf->is_empty());
  const std::string types[] = {"application/x-protobuf", "Application/X-Protobuf; charset=x",
                               "application/x-protobuf; proto=prometheus.WriteRequest"};
  for (int i = 0; i < 3; ++i) {
    const auto status =
        rig.send(request_of({{{"__name__", "a"}}}, i),
                 Headers{{"Content-Type", types[i]}, {"content-encoding", "Snappy"}});
    rig.shelf->take();
    CHECK(*status == 204);
  }
}

TEST_CASE("receive_http: samples that no server takes cost their neighbours nothing") {
  InboxRig rig;
  const auto unnamed = rig.send(request_of({{{"x", "1"}}, {{"__name__", "a"}}}, 7));
  CHECK(rig.shelf->take().count() == 1);
  CHECK(*unnamed == 204);
  CHECK(
      rig.exposes("prometheus_api_remote_write_invalid_labels_samples_total{"
                  "component_id=\"prometheus.receive_http.x\"} 1\n"));

  telemetry::SeriesTable::Builder builder;
  builder.add_series({{"__name__", "a"}});
  const auto table = builder.build();
  telemetry::wire::WriteEncoder encoder;
  encoder.add(table->wire(0), 7, 1);
  encoder.add(table->wire(0), std::numeric_limits<int64_t>::max(), 2);
  const std::string body = encoder.finish(encoder.encoded());
  const auto future = rig.send(body);
  CHECK(rig.shelf->take().count() == 1);
  CHECK(*future == 400);
  CHECK(*rig.send(body) == 400);
  CHECK(rig.exposes("reason=\"out_of_bounds\",intentional=\"false\"} 1\n"));

  CHECK(*rig.send(request_of({{{"x", "1"}}}, 7)) == 204);
  CHECK(*rig.send(compressed("")) == 204);
  CHECK(rig.shelf->is_empty());
}

TEST_CASE("receive_http: while receivers are slow senders are told to wait") {
  struct Gate final : telemetry::SampleReceiver {
    void receive(telemetry::SampleBatch) override { base::Lock lock(mutex); }
    base::Mutex mutex;
  };
  const auto gate = std::make_shared<Gate>();
  InboxRig rig;
  Arguments arguments;
  arguments.forward_to = {{gate}};
  const std::vector<std::vector<telemetry::Label>> series(2000, {{"__name__", "a"}});
  int busy = 0;
  base::Lock lock(gate->mutex);
  REQUIRE(rig.inbox.update(arguments));
  for (int i = 0; i < 1000 && busy == 0; ++i) busy += *rig.send(request_of(series, i)) == 503;
  CHECK(busy == 1);
}

TEST_CASE("receive_http: over a socket, and a reload that opens another port") {
  base::metrics::Registry registry;
  const auto shelf = std::make_shared<Shelf>();
  Arguments arguments;
  arguments.http.listen_address = "127.0.0.1";
  arguments.http.listen_port = 0;
  arguments.forward_to = {{shelf}};
  Receiver receiver(Context{.id = "prometheus.receive_http.x",
                            .data_dir = {},
                            .metrics = {registry, "prometheus.receive_http.x"},
                            .log = base::Logger("test"),
                            .publish = {}},
                    arguments);
  REQUIRE(receiver.start());
  CHECK(receiver.health().state == Health::State::healthy);
  const void* same = &arguments;
  CHECK(static_cast<Component&>(receiver).update(same));
  Arguments other = arguments;
  other.http.listen_address = "192.0.2.1";  // Of nobody.
  CHECK(static_cast<Component&>(receiver).update(&other));
  CHECK(receiver.is_incomplete());
  CHECK(receiver.health().state == Health::State::unhealthy);
  CHECK(static_cast<Component&>(receiver).update(same));
  CHECK_FALSE(receiver.is_incomplete());
  receiver.drain({});
  receiver.stop();
}

}  // namespace components::prometheus::receive_http
