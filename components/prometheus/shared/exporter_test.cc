#include "components/prometheus/shared/exporter.h"

#include <doctest/doctest.h>

#include "components/prometheus/exporter_self/self.h"

namespace components::prometheus {
namespace {

class FixedText final : public Exporter {
 public:
  explicit FixedText(std::string text) : text_(std::move(text)) {}
  void expose(std::string& out) override { out += text_; }

 private:
  const std::string text_;
};

}  // namespace

TEST_CASE("exporters: component of a path") {
  struct Case {
    std::string_view path, id;
  };
  for (const auto& c :
       {Case{"/api/v0/component/prometheus.exporter.unix.host/metrics",
             "prometheus.exporter.unix.host"},
        Case{"/api/v0/component/module.a/prometheus.exporter.unix.b/metrics",
             "module.a/prometheus.exporter.unix.b"},
        Case{"/api/v0/component/metrics", ""}, Case{"/api/v0/component//metrics", ""},
        Case{"/api/v0/component/a", ""}, Case{"/metrics", ""}}) {
    CAPTURE(c.path);
    CHECK(component_of_path(c.path) == c.id);
  }
}

TEST_CASE("exporter component: its target names a path that finds it while it runs") {
  base::metrics::Registry metrics;
  const auto exporters = std::make_shared<Exporters>();
  exporters->set_agent(std::make_shared<FixedText>("own 1\n"));
  river::Value exports;
  ExporterComponent<exporter_self::Self> component(
      {.id = "prometheus.exporter.self.me",
       .data_dir = "/nowhere",
       .metrics = {metrics, "prometheus.exporter.self.me"},
       .log = base::Logger("prometheus.exporter.self.me"),
       .publish = [&](river::Value value) { exports = std::move(value); },
       .exporters = exporters},
      {});
  const auto& target = (*exports.field("targets")->as_array())[0];
  const std::string path = *target.field("__metrics_path__")->as_string();
  CHECK(*target.field("job")->as_string() == "integrations/self");
  CHECK(*target.field("__address__")->as_string() == "alloy.internal:12345");
  CHECK_FALSE(target.field("instance")->as_string()->empty());
  CHECK(exporters->find(component_of_path(path)) == nullptr);
  REQUIRE(component.start());
  std::string text;
  exporters->find(component_of_path(path))->expose(text);
  CHECK(text == "own 1\n");
  component.stop();
  CHECK(exporters->find(component_of_path(path)) == nullptr);
}

}  // namespace components::prometheus
