#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "compiler/migrate/impact/judge.h"

namespace {

using namespace compiler::migrate;
using namespace compiler::migrate::impact;

/// 20 hosts of 20 services, half of which move: 200 changes, 600 families.
streams::Mapping fleet() {
  streams::Mapping mapping;
  for (int host = 0; host < 20; ++host) {
    for (int service = 0; service < 20; ++service) {
      const auto name = fmt::format("service-{}-{}", host, service);
      streams::StreamFamily before, after;
      before.labels["job"] = streams::Values::of(name);
      after.labels["service"] = streams::Values::of(name);
      after.labels["component"] = streams::Values::of("app");
      after.labels["container"] = {{}, {streams::OpenValue{{name + "-", "-1"}}}};
      for (auto* family : {&before, &after}) {
        family->labels["hostname"] = streams::Values::of(fmt::format("host-{}", host));
        family->labels["environment"] = streams::Values::of("ouranos");
      }
      if (service % 2 == 0) {
        mapping.changes.push_back({fmt::format("host-{}", host), name, {before}, {after}});
      } else {
        mapping.unchanged.push_back(before);
      }
    }
  }
  return mapping;
}

/// As dashboards have them: one service, a host, several services, and PromQL-like sums.
std::vector<documents::Document> documents() {
  std::vector<documents::Document> all;
  for (int dashboard = 0; dashboard < 1000; ++dashboard) {
    documents::Document document{.path = fmt::format("{}.json", dashboard)};
    for (int panel = 0; panel < 30; ++panel) {
      const auto name = fmt::format("service-{}-{}", dashboard % 20, panel % 20);
      const auto other = fmt::format("service-{}-{}", (dashboard + 1) % 20, panel % 20);
      const std::string queries[] = {
          fmt::format("{{job=\"{}\"}} |= \"error {}\"", name, dashboard),
          fmt::format("sum by (job) (rate({{job=~\"{}|{}\"}} | json | level=\"e\" [5m]))", name,
                      other),
          fmt::format("{{hostname=\"host-{}\", job!=\"{}\"}}", dashboard % 20, name),
          fmt::format("sum by (hostname) (count_over_time({{hostname=~\"host-{}.*\"}}[1h]))",
                      panel),
          fmt::format("topk(5, sum by (job) (rate({{environment=\"ouranos\"}} |= \"{}\" [1m])))",
                      panel),
      };
      documents::Use use{.kind = documents::UseKind::query, .language = documents::Language::logql};
      use.text =
          documents::Excerpt::of_file(queries[static_cast<size_t>(panel) % std::size(queries)]);
      document.uses.push_back(use);
    }
    all.push_back(std::move(document));
  }
  return all;
}

void judge_30000_queries(benchmark::State& state) {
  const auto mapping = fleet();
  const auto all = documents();
  for (auto unused : state) {
    (void)unused;
    benchmark::DoNotOptimize(judge(all, mapping));
  }
}
BENCHMARK(judge_30000_queries)->Unit(benchmark::kMillisecond);

}  // namespace
