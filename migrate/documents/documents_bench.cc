#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <filesystem>

#include "base/ensure.h"
#include "base/files.h"
#include "migrate/documents/reader.h"

namespace {

namespace fs = std::filesystem;

/// A panel as Grafana exports them: most of it is not about queries.
std::string panel(int id) {
  return fmt::format(
      R"({{"id": {0}, "type": "timeseries", "title": "Panel {0}",
      "gridPos": {{"h": 8, "w": 12, "x": 0, "y": {0}}},
      "datasource": {{"type": "loki", "uid": "loki-main"}},
      "fieldConfig": {{"defaults": {{"color": {{"mode": "palette-classic"}}, "custom": {{
        "axisBorderShow": false, "axisCenteredZero": false, "axisLabel": "",
        "barAlignment": 0,
        "drawStyle": "line", "fillOpacity": 10, "gradientMode": "none",
        "lineInterpolation": "linear",
        "lineWidth": 1, "pointSize": 5, "scaleDistribution": {{"type": "linear"}}, "spanNulls": false,
        "stacking": {{"group": "A", "mode": "none"}}, "thresholdsStyle": {{"mode": "off"}}}},
        "thresholds": {{"mode": "absolute", "steps": [{{"color": "green", "value": null}}]}}}},
        "overrides": [{{"matcher": {{"id": "byName", "options": "job"}},
          "properties": [{{"id": "custom.width", "value": 120}}]}}]}},
      "options": {{"legend": {{"calcs": ["mean"], "displayMode": "table", "placement": "bottom"}},
        "tooltip": {{"mode": "multi", "sort": "desc"}}}},
      "targets": [{{"refId": "A", "datasource": {{"type": "loki", "uid": "loki-main"}},
        "editorMode": "code", "queryType": "range", "legendFormat": "{{{{component}}}}",
        "expr": "sum by (job, component) (rate({{job=~\"kairos|service{0}\", hostname=\"$host\"}} |= \"error\" | json | status >= 500 [$__auto]))"
}
}]
}
})",
      id);
}

/// 1,000 dashboards of 30 panels and 2,000 rules.
fs::path corpus() {
  const fs::path folder = fs::temp_directory_path() / "tributary_documents_bench";
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (int i = 0; i < 1000; ++i) {
    std::string text = fmt::format(
        R"({{"title": "Dashboard {0}", "uid": "d{0}", "schemaVersion": 39, "templating": {{"list": [
        {{"type": "query", "name": "host", "datasource": {{"type": "loki"}},
          "query": "label_values({{job=\"kairos\"}}, hostname)"
  }
}]
}
}, "panels": [)",
        i);
    for (int k = 0; k < 30; ++k) text += (k > 0 ? "," : "") + panel(k);
    ENSURE(base::write_file_atomic(folder / fmt::format("d{}.json", i), text + "]}\n").has_value());
}
for (int i = 0; i < 100; ++i) {
  std::string text = "groups:\n";
  for (int k = 0; k < 20; ++k)
    text += fmt::format(
        "  - name: group{0}\n    rules:\n      - alert: Errors{0}\n        expr: |\n"
        "          sum by (job) (rate({{job=\"service{0}\"}} |= \"error\" [5m])) > 0\n"
        "        for: 10m\n        labels: {{severity: page}}\n"
        "        annotations:\n          summary: 'errors in {{{{ $labels.job }}}}'\n",
        k);
  ENSURE(base::write_file_atomic(folder / fmt::format("r{}.yml", i), text).has_value());
}
return folder;
}

void read_everything(benchmark::State& state) {
  const fs::path folder = corpus();
  size_t uses = 0;
  for (auto round : state) {
    (void)round;
    const auto read = migrate::read_documents({.dashboards = {folder}, .rules = {}, .docs = {}});
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
