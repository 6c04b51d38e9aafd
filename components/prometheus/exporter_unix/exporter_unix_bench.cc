#include <benchmark/benchmark.h>

#include "components/prometheus/exporter_unix/unix.h"

// One scrape of the host that this runs on.
namespace {

using namespace components::prometheus::exporter_unix;

void scrape_host(benchmark::State& state, std::vector<std::string> collectors) {
  Arguments arguments;
  arguments.set_collectors = std::move(collectors);
  Unix exporter(arguments);
  std::string text;
  for (auto _ : state) {
    text.clear();
    exporter.expose(text);
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}

using Names = std::vector<std::string>;
BENCHMARK_CAPTURE(scrape_host, default_collectors, Names{});
BENCHMARK_CAPTURE(scrape_host, processes, Names{"processes"});
BENCHMARK_CAPTURE(scrape_host, netclass, Names{"netclass"});
BENCHMARK_CAPTURE(scrape_host, filesystem, Names{"filesystem"});
BENCHMARK_CAPTURE(scrape_host, stat, Names{"stat"});

}  // namespace
