#include <benchmark/benchmark.h>

#include <iterator>
#include <string_view>
#include <vector>

#include "logql/parser.h"
#include "logql/promql.h"

namespace {

/// Queries as the panels of dashboards hold them: 140 bytes each.
constexpr std::string_view kLogql[] = {
    R"q({job="systemd", unit="ssh.service"} |= "Failed password" | regexp `from (?P<ip>\S+) port`)q",
    R"q(sum by (hostname) (count_over_time({job=~"kairos|hermes", environment="$environment"} )q"
    R"q(|~ "(?i)(error|exception|fatal)" [$__auto])))q",
    R"q(topk(10, sum by (path) (count_over_time({job="nginx"} | json | __error__="" )q"
    R"q(| status >= 400 [$__range]))))q",
    R"q(quantile_over_time(0.95, {job="nginx", hostname=~"$hostname"} | json )q"
    R"q(| unwrap request_time | __error__="" [$__interval]) by (vhost))q",
    R"q(sum(rate({job="kairos"} |= "level=error" [5m])) by (hostname) )q"
    R"q(/ sum(rate({job="kairos"}[5m])) by (hostname) > 0.05)q",
    R"q({job="kairos"} | logfmt | line_format `{{.ts}} {{ .level | upper }} {{.msg}}` | drop a, b)q",
};
constexpr std::string_view kPromql[] = {
    R"q(sum by (hostname) (rate(kairos:errors:rate5m{environment="$environment"}[5m])) > 0.05)q",
    R"q(histogram_quantile(0.95, sum(rate(http_bucket{job=~"$job"}[$__rate_interval])) by (le)))q",
    R"q(a{x="y"} / on (b) group_left (c) sum by (d) (label_replace(b, "dst", "$1", "src", "(.*)")))q",
};

void parse_logql(benchmark::State& state) {
  for (auto _ : state) {
    for (const std::string_view query : kLogql) benchmark::DoNotOptimize(logql::parse(query));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(std::size(kLogql)));
}
BENCHMARK(parse_logql);

void print_logql(benchmark::State& state) {
  std::vector<logql::Parsed> parsed;
  for (const std::string_view query : kLogql) parsed.push_back(logql::parse(query));
  for (auto _ : state) {
    for (const logql::Parsed& query : parsed) benchmark::DoNotOptimize(logql::print(*query.expr));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(std::size(kLogql)));
}
BENCHMARK(print_logql);

void parse_promql(benchmark::State& state) {
  for (auto _ : state) {
    for (const std::string_view query : kPromql) {
      benchmark::DoNotOptimize(logql::promql::parse(query));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(std::size(kPromql)));
}
BENCHMARK(parse_promql);

}  // namespace
