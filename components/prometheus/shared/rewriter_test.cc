#include "components/prometheus/shared/rewriter.h"

#include <doctest/doctest.h>

#include "components/prometheus/echo/echo.h"
#include "components/prometheus/enrich/enrich.h"

namespace components::prometheus {
namespace {

/// Keeps what it gets as lines of text.
struct Sink final : telemetry::SampleReceiver {
  void receive(telemetry::SampleBatch batch) override {
    for (const auto& sample : batch.samples) lines.push_back(echo::describe(batch, sample));
  }
  std::vector<std::string> lines;
};

telemetry::SampleBatch batch_of(const std::vector<std::vector<telemetry::Label>>& series) {
  telemetry::SeriesTable::Builder builder;
  telemetry::SampleBatch batch;
  for (uint32_t i = 0; i < series.size(); ++i) {
    builder.add_series(series[i]);
    batch.samples.push_back({i, 5, i + 0.5});
  }
  batch.series = builder.build();
  return batch;
}

std::vector<std::string> enriched(const enrich::Arguments& arguments,
                                  const telemetry::SampleBatch& batch) {
  base::metrics::Registry registry;
  Rewriter rewriter({registry, "prometheus.enrich.x"});
  const auto sink = std::make_shared<Sink>();
  rewriter.set_next({sink});
  const enrich::TargetIndex index(arguments);
  rewriter.set_rewrite([&](telemetry::LabelsBuilder& labels) {
    index.enrich(labels);
    return true;
  });
  rewriter.receive(batch);
  return sink->lines;
}

}  // namespace

TEST_CASE("prometheus.enrich: labels of the target with the same values") {
  const auto batch = batch_of({{{"__name__", "a"}, {"env", "x"}, {"pod", "p1"}},
                               {{"__name__", "a"}, {"pod", "p2"}},
                               {{"__name__", "b"}}});
  enrich::Arguments arguments;
  arguments.targets = {{{"name", "p1"}, {"env", "old"}, {"zone", "z"}},
                       {{"name", "p1"}, {"env", "new"}, {"zone", "z"}},
                       {{"zone", "nowhere"}}};
  arguments.target_match_label = "name";
  arguments.metrics_match_label = "pod";
  arguments.labels_to_copy = {"env"};
  CHECK(enriched(arguments, batch) == std::vector<std::string>{"a{env=\"new\",pod=\"p1\"} 0.5 5",
                                                               "a{pod=\"p2\"} 1.5 5", "b 2.5 5"});
  arguments.labels_to_copy.clear();
  CHECK(enriched(arguments, batch)[0] == "a{env=\"new\",name=\"p1\",pod=\"p1\",zone=\"z\"} 0.5 5");
  arguments.target_match_label.clear();
  arguments.target_to_metric_match = {{"name", "pod"}, {"env", "env"}};
  CHECK(enriched(arguments, batch)[0] == "a{env=\"x\",pod=\"p1\"} 0.5 5");
}

TEST_CASE("prometheus rewriter: what is dropped is counted, and a closed one abandons") {
  base::metrics::Registry registry;
  Rewriter rewriter({registry, "x"});
  const auto sink = std::make_shared<Sink>();
  rewriter.set_next({sink});
  rewriter.set_rewrite([](telemetry::LabelsBuilder& labels) { return labels.get("a") != "1"; });
  rewriter.receive(batch_of({{{"a", "1"}}, {{"a", "2"}}}));
  CHECK(sink->lines == std::vector<std::string>{"{a=\"2\"} 1.5 5"});
  CHECK(registry.expose().find("reason=\"relabel_rule\",intentional=\"true\"} 1\n") !=
        std::string::npos);
  bool is_abandoned = false;
  auto batch = batch_of({{{"a", "2"}}});
  batch.ack = telemetry::Ack([&](bool delivered) { is_abandoned = !delivered; });
  rewriter.close();
  rewriter.receive(std::move(batch));
  CHECK(is_abandoned);
  CHECK(sink->lines.size() == 1);
}

TEST_CASE("prometheus.echo: a sample on one line") {
  auto batch = batch_of({{{"__name__", "a"}, {"x", "\"\n"}}, {{"__name__", "b"}}});
  batch.samples[1].value = telemetry::stale_marker();
  CHECK(echo::describe(batch, batch.samples[0]) == "a{x=\"\\\"\\n\"} 0.5 5");
  CHECK(echo::describe(batch, batch.samples[1]) == "b stale 5");
}

}  // namespace components::prometheus
