#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <filesystem>

#include "base/ensure.h"
#include "base/files.h"
#include "compiler/migrate/documents/reader.h"

using namespace compiler::migrate;
using namespace compiler::migrate::documents;

namespace {

namespace fs = std::filesystem;

/// A panel as Grafana exports them: most of it is not about queries.
std::string panel(int id) {
  std::string text = fmt::format(
      R"j({{"id": {0}, "title": "Panel {0}", "datasource": {{"type": "loki", "uid": "x"}}, )j", id);
  text += R"j("fieldConfig": {"defaults": {"custom": {)j";
  for (int i = 0; i < 25; ++i) text += fmt::format("\n          \"option{}\": false,", i);
  text += R"j("last": 1}}, "overrides": [{"matcher": {"id": "byName", "options": "job"}}]}, )j";
  text += R"j("targets": [{"refId": "A", "legendFormat": "{{component}}", "expr": )j";
  text += fmt::format(R"j("sum by (job) (rate({{job=~\"kairos|x{}\"}} [$__auto]))")j", id);
  return text + "}]}";
}

std::string dashboard(int id) {
  std::string text = fmt::format(R"j({{"title": "Dashboard {}", "schemaVersion": 39, )j", id);
  text += R"j("templating": {"list": [{"type": "query", "name": "host", "datasource": "Loki", )j";
  text += R"j("query": "label_values({job=\"kairos\"}, hostname)"}]}, "panels": [)j";
  for (int i = 0; i < 30; ++i) text += (i > 0 ? "," : "") + panel(i);
  return text + "]}\n";
}

std::string rules(int count) {
  std::string text = "groups:\n";
  for (int i = 0; i < count; ++i)
    text += fmt::format(
        "  - name: group{0}\n    rules:\n      - alert: Errors{0}\n        expr: |\n"
        "          sum by (job) (rate({{job=\"service{0}\"}} |= \"error\" [5m])) > 0\n"
        "        for: 10m\n        labels: {{severity: page}}\n"
        "        annotations:\n          summary: 'errors in {{{{ $labels.job }}}}'\n",
        i);
  return text;
}

/// 1,000 dashboards of 30 panels and 2,000 rules.
fs::path corpus() {
  const fs::path folder = fs::temp_directory_path() / "tributary_documents_bench";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& text) {
    ENSURE(base::write_file_atomic(folder / name, text).has_value());
  };
  for (int i = 0; i < 1000; ++i) write(fmt::format("d{}.json", i), dashboard(i));
  for (int i = 0; i < 100; ++i) write(fmt::format("r{}.yml", i), rules(20));
  return folder;
}

void read_everything(benchmark::State& state) {
  const fs::path folder = corpus();
  size_t uses = 0;
  for (auto round : state) {
    (void)round;
    const auto read = read_documents({.dashboards = {folder}, .rules = {}, .docs = {}});
    uses = 0;
    for (const auto& document : read.documents) uses += document.uses.size();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["uses"] = static_cast<double>(uses);
  state.counters["resident_mb"] = static_cast<double>(usage.ru_maxrss) / 1024;
  fs::remove_all(folder);
}
BENCHMARK(read_everything)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
