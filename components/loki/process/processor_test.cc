#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>

#include "components/loki/process/fixture.h"
#include "components/loki/process/process.h"
#include "tests/support/log_sink.h"

namespace components::loki::process {
namespace {

using std::chrono::milliseconds;
using support::eventually;
using telemetry::Ack;
using telemetry::LogBatch;

/// A sink that takes nothing while it is shut, as a full queue does: who waits gives up when his
/// stop is requested.
class Gate final : public telemetry::LogReceiver {
 public:
  void receive(LogBatch batch) override {
    base::Lock lock(mutex_);
    ++waiting_;
    changed_.wait(mutex_, batch.stop, [&]() REQUIRES_LOCK(mutex_) { return is_open_; });
    --waiting_;
    if (!is_open_) return batch.ack.abandon();
    for (const auto& entry : batch.entries) texts_.emplace_back(batch.line(entry));
  }
  void open(bool is_open) {
    base::Lock lock(mutex_);
    is_open_ = is_open;
    changed_.notify_all();
  }
  std::vector<std::string> texts() {
    base::Lock lock(mutex_);
    return texts_;
  }
  int waiting() {
    base::Lock lock(mutex_);
    return waiting_;
  }

 private:
  base::Mutex mutex_;
  base::Condition changed_;
  bool is_open_ GUARDED_BY(mutex_) = true;
  int waiting_ GUARDED_BY(mutex_) = 0;
  std::vector<std::string> texts_ GUARDED_BY(mutex_);
};

/// A running processor in front of a gate.
struct Bench {
  explicit Bench(std::string_view stages) {
    processor.set_next({gate});
    set(stages);
    REQUIRE(processor.start());
  }
  ~Bench() { gate->open(true); }

  void set(std::string_view stages) {
    const Checked checked = check(stages);
    REQUIRE_MESSAGE(checked.arguments, checked.messages);
    REQUIRE(processor.set_pipeline(std::make_shared<Pipeline>(
        checked.arguments->stages, scope, processor.flow(), log, processor.stopping())));
  }
  void send(const std::vector<std::string>& texts, std::stop_token stop = {}) {
    auto batch = lines(texts);
    batch.stop = std::move(stop);
    batch.ack = Ack([this](bool delivered) { ++(delivered ? acked : abandoned); });
    processor.receive(std::move(batch));
  }
  bool has(const std::vector<std::string>& texts) {
    return eventually([&] { return gate->texts() == texts; });
  }

  /// What came less what went, as the series of the component have it.
  double balance() {
    double left = 0;
    const std::string text = registry.expose();
    constexpr std::string_view kPrefix = "\ntributary_component_";
    for (size_t at = 0; (at = text.find(kPrefix, at)) != text.npos;) {
      at += kPrefix.size();
      const std::string_view name = std::string_view(text).substr(at, text.find('{', at) - at);
      const size_t digits = text.find(' ', at) + 1;
      const double value = std::strtod(text.c_str() + digits, nullptr);
      if (name == "received_total" || name == "created_total")
        left += value;
      else
        left -= value;
    }
    return left;
  }

  base::metrics::Registry registry;
  base::metrics::Scope scope{registry, "p"};
  base::Logger log{"p"};
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::atomic<int> acked = 0, abandoned = 0;
  Processor processor{scope};
};

std::string joining(std::string_view wait) {
  return fmt::format("stage.multiline {{\nfirstline = \"^F\"\nmax_wait_time = \"{}\"\n}}", wait);
}

}  // namespace

TEST_CASE("processor: without a thread a pipeline that holds lines is refused, others are not") {
  Bench bench("stage.decolorize { }");
  const base::ThreadShortage shortage;
  const auto set = [&](std::string_view stages) {
    const Checked checked = check(stages);
    REQUIRE_MESSAGE(checked.arguments, checked.messages);
    return bench.processor.set_pipeline(
        std::make_shared<Pipeline>(checked.arguments->stages, bench.scope, bench.processor.flow(),
                                   bench.log, bench.processor.stopping()));
  };
  CHECK_FALSE(set("stage.multiline { firstline = \"^F\" }"));
  CHECK(set("stage.decolorize { }"));
  bench.send({"a"});
  CHECK(bench.has({"a"}));
}

TEST_CASE("processor: what is held goes on in time, without another batch") {
  Bench bench(joining("20ms"));
  bench.send({"F1", "a"});
  CHECK(bench.has({"F1\na"}));
  CHECK(eventually([&] { return bench.acked == 1; }));
  bench.send({"F2"});  // The thread slept without an end.
  CHECK(bench.has({"F1\na", "F2"}));
  const std::string exposed = bench.registry.expose();
  for (const char* counted :
       {"received_total 3", "sent_total 2", "merged_total 1", "held 0", "buffered 0"}) {
    CAPTURE(counted);
    CHECK(exposed.find(flow_series(counted)) != exposed.npos);
  }
}

TEST_CASE("processor: a source that is kept waiting is waited for") {
  Bench bench(joining("300ms"));
  bench.gate->open(false);
  std::thread source([&] {
    bench.send({"F1", "F2", "a"});  // F1 is on its way, F2 stays open.
    bench.send({"b", "F3"});
  });
  CHECK(eventually([&] { return bench.gate->waiting() == 1; }));
  std::this_thread::sleep_for(milliseconds(400));
  bench.gate->open(true);
  source.join();
  CHECK(bench.has({"F1", "F2\na\nb", "F3"}));
}

TEST_CASE("processor: of many waiting sources each has its turn, whoever else gives up") {
  Bench bench(joining("1ms"));
  constexpr int kSources = 24;
  constexpr int kBatches = 40;
  std::vector<std::thread> sources;
  std::vector<std::stop_source> stops(kSources);
  std::atomic<int> sent = 0;
  for (int i = 0; i < kSources; ++i)
    sources.emplace_back([&, i] {
      for (int k = 0; k < kBatches; ++k, ++sent)
        bench.send({"F"},
                   i % 2 == 0 ? stops[static_cast<size_t>(i)].get_token() : std::stop_token());
    });
  for (int i = 0; i < kSources; i += 2) stops[static_cast<size_t>(i)].request_stop();
  CHECK(eventually([&] { return sent == kSources * kBatches; }));
  for (std::thread& source : sources) source.join();
  CHECK(eventually([&] { return bench.acked + bench.abandoned == kSources * kBatches; }));
  CHECK(bench.acked >= kSources / 2 * kBatches);
}

TEST_CASE("processor: while a flush waits for the sink, sources can stop, and order is kept") {
  Bench bench(joining("10ms"));
  bench.gate->open(false);
  bench.send({"F1"});
  CHECK(eventually([&] { return bench.gate->waiting() == 1; }));  // The flush.
  std::stop_source stop;
  std::thread stopping([&] { bench.send({"late"}, stop.get_token()); });
  stop.request_stop();
  stopping.join();
  CHECK(bench.abandoned == 1);
  std::thread source([&] { bench.send({"a", "F2"}); });
  bench.gate->open(true);
  source.join();
  CHECK(bench.has({"F1", "a", "F2"}));
}

TEST_CASE("processor: close flushes what is taken at once and abandons the rest") {
  Bench open(joining("1h"));
  open.send({"F1", "a"});
  open.processor.close();
  CHECK(open.gate->texts() == std::vector<std::string>{"F1\na"});
  CHECK(open.acked == 1);
  open.send({"F2"});
  CHECK(open.abandoned == 1);

  Bench shut(joining("1h"));
  shut.send({"F1", "a"});
  shut.gate->open(false);
  shut.processor.close();
  CHECK(shut.abandoned == 1);
  CHECK(shut.acked == 0);

  Bench stuck(joining("1ms"));
  stuck.gate->open(false);
  stuck.send({"F1"});
  CHECK(eventually([&] { return stuck.gate->waiting() == 1; }));
  stuck.processor.close();
  CHECK(stuck.abandoned == 1);
}

TEST_CASE("processor: a new pipeline begins behind what the old one holds") {
  Bench bench(joining("1h"));
  bench.send({"F1", "a"});
  bench.set("");
  bench.send({"b"});
  CHECK(bench.has({"F1\na", "b"}));
  bench.set(joining("10ms"));
  bench.send({"F2", "c"});
  CHECK(bench.has({"F1\na", "b", "F2\nc"}));
  CHECK(bench.acked == 3);
}

TEST_CASE("processor: many sources and many flushes lose nothing and keep each source's order") {
  Bench bench(joining("1ms"));
  constexpr int kSources = 4, kBatches = 150;
  std::vector<std::thread> sources;
  for (int s = 0; s < kSources; ++s)
    sources.emplace_back([&, s] {
      for (int i = 0; i < kBatches; ++i) {
        auto batch = lines({fmt::format("F{} {}", s, 2 * i), fmt::format("F{} {}", s, 2 * i + 1)},
                           telemetry::Labels{{"s", std::to_string(s)}});
        batch.ack = Ack([&](bool ok) { ++(ok ? bench.acked : bench.abandoned); });
        bench.processor.receive(std::move(batch));
        if (i % 10 == 0) std::this_thread::sleep_for(milliseconds(2));
      }
    });
  for (auto& source : sources) source.join();
  bench.processor.close();
  CHECK(bench.acked == kSources * kBatches);
  int next[kSources] = {};
  for (const std::string& text : bench.gate->texts()) {
    const int source = text[1] - '0';
    CHECK(text == fmt::format("F{} {}", source, next[source]++));
  }
  for (const int count : next) CHECK(count == 2 * kBatches);
}

TEST_CASE("processor: whatever stages do with lines, the numbers add up") {
  struct Case {
    const char* stages;
    std::vector<std::string> texts;
    const char* counted;  // What the stage is for.
  };
  for (const Case& c : {
           Case{"stage.drop { expression = \"x\" }", {"x", "a", "x"}, "sent_total 1"},
           Case{"stage.match {\nselector = \"{job=\\\"j\\\"} |= \\\"x\\\"\"\naction = \"drop\"\n}",
                {"x", "a"},
                "sent_total 1"},
           Case{"stage.sampling { rate = 0 }", {"a", "b"}, "sent_total 0"},
           Case{"stage.limit {\nrate = 0.001\nburst = 1\ndrop = true\n}",
                {"a", "b", "c"},
                "sent_total 1"},
           Case{"stage.json {\nexpressions = {a = \"\"}\ndrop_malformed = true\n}",
                {"{}", "no"},
                "sent_total 1"},
           Case{"stage.split_json { }", {"[1,2,3]", "[]", "no"}, "created_total 2"},
           Case{"stage.pack { labels = [\"job\"] }", {"a", "b"}, "sent_total 2"},
           Case{"stage.multiline { firstline = \"^F\" }", {"F1", "a", "F2", "b", "c"}, "held 3"},
           Case{"stage.cri { }",
                {"2026-11-28T00:00:00Z stdout P a", "2026-11-28T00:00:00Z stdout F b",
                 "2026-11-28T00:00:00Z stdout P c"},
                "held 1"},
       }) {
    CAPTURE(c.stages);
    Bench bench(c.stages);
    bench.send(c.texts);
    const std::string exposed = bench.registry.expose();
    CHECK(exposed.find(flow_series(c.counted)) != exposed.npos);
    CHECK(bench.balance() == 0);
    bench.processor
        .close();  // What cannot go on as it is, such as the part of a line, is given up.
    CHECK(bench.balance() == 0);
    CHECK(bench.registry.expose().find(flow_series("buffered 0")) != exposed.npos);
    bench.send({"late"});
    CHECK(bench.balance() == 0);
  }
}

}  // namespace components::loki::process
