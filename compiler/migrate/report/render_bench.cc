#include <benchmark/benchmark.h>

#include "compiler/migrate/report/testing.h"

namespace {

/// 60,000 findings in 1,000 dashboards, one in four with a change and a proposal.
migrate::Report large_report() {
  using migrate::Verdict;
  migrate::Report report = migrate::testing::sample_report();
  for (int document = 0; document < 1000; ++document) {
    report.documents.push_back({.path = "dashboards/" + std::to_string(document) + ".json"});
    report.documents.back().text = std::string(20000, '\n');
    for (int i = 0; i < 60; ++i) {
      const std::string query =
          "sum by (level) (count_over_time({job=\"kairos\", hostname=\"puck\"} | json [5m]))";
      const bool changes = i % 4 == 0;
      auto& finding =
          migrate::testing::add(report, query, changes ? Verdict::empty : Verdict::same,
                                changes ? "No stream has job=\"kairos\" after the move." : "",
                                {"Dashboard", "Panel " + std::to_string(i), "A"}, i % 20 == 0);
      if (changes) finding.proposal = migrate::Proposal{"sum by (level) (x)", {}, ""};
    }
  }
  return report;
}

void render_large_report(benchmark::State& state) {
  static const migrate::Report kReport = large_report();
  const auto format = static_cast<migrate::ReportFormat>(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bytes = render(kReport, format).size());
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(render_large_report)
    ->Unit(benchmark::kMillisecond)
    ->ArgName("format")
    ->DenseRange(static_cast<int>(migrate::ReportFormat::text),
                 static_cast<int>(migrate::ReportFormat::sarif));

}  // namespace
