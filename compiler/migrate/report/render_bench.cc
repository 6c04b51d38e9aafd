#include <benchmark/benchmark.h>

#include "compiler/migrate/report/testing.h"

using namespace compiler::migrate;
using namespace compiler::migrate::report;

namespace {

/// 60,000 findings in 1,000 dashboards, one in four with a change and a proposal.
Report large_report() {
  Report report = report::testing::sample_report();
  for (int document = 0; document < 1000; ++document) {
    report.documents.push_back({.path = "dashboards/" + std::to_string(document) + ".json"});
    report.documents.back().text = std::string(20000, '\n');
    for (int i = 0; i < 60; ++i) {
      const std::string query =
          "sum by (level) (count_over_time({job=\"kairos\", hostname=\"puck\"} | json [5m]))";
      const bool changes = i % 4 == 0;
      auto& finding = report::testing::add(
          report, query, changes ? impact::Verdict::empty : impact::Verdict::same,
          changes ? "No stream has job=\"kairos\" after the move." : "",
          {"Dashboard", "Panel " + std::to_string(i), "A"}, i % 20 == 0);
      if (changes) finding.proposal = impact::Proposal{"sum by (level) (x)", {}, ""};
    }
  }
  return report;
}

void render_large_report(benchmark::State& state) {
  static const Report kReport = large_report();
  const auto format = static_cast<ReportFormat>(state.range(0));
  size_t bytes = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bytes = render(kReport, format).size());
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(render_large_report)
    ->Unit(benchmark::kMillisecond)
    ->ArgName("format")
    ->DenseRange(static_cast<int>(ReportFormat::text), static_cast<int>(ReportFormat::sarif));

}  // namespace
