#include <benchmark/benchmark.h>

#include "components/prometheus/exporter_process/process.h"

// One scrape of all processes of the host that this runs on, by the kernel's name.
namespace {

using namespace components::prometheus::exporter_process;

void scrape_processes(benchmark::State& state, bool gather_smaps) {
  Arguments arguments;
  arguments.gather_smaps = gather_smaps;
  arguments.matcher.push_back(
      {.name = "{{.Comm}}", .cmdline = {{.source = ".+", .compiled = nullptr}}});
  Process exporter(arguments);
  std::string text;
  for (auto _ : state) {
    text.clear();
    exporter.expose(text);
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}

BENCHMARK_CAPTURE(scrape_processes, with_smaps, true);
BENCHMARK_CAPTURE(scrape_processes, without_smaps, false);

}  // namespace
