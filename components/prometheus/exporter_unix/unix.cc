#include "components/prometheus/exporter_unix/unix.h"

#include <chrono>

#include "base/version.h"

namespace components::prometheus::exporter_unix {
Unix::Unix(const Arguments& arguments)
    : proc_(arguments.procfs_path),
      sys_(arguments.sysfs_path),
      root_(arguments.rootfs_path),
      udev_(arguments.udev_data_path) {
  for (const CollectorName& collector : kCollectorNames) {
    if (!collector.is_available || !is_enabled(arguments, collector)) continue;
    const collectors::CollectorKind* kind = collectors::kind_of(collector.name);
    ENSURE(kind);
    collectors_.push_back({kind->name, kind->make(arguments)});
  }
}

void Unix::expose(std::string& out) {
  using Clock = std::chrono::steady_clock;
  base::Lock lock(mutex_);
  Exposition text(out);
  collectors::Scrape scrape{proc_, sys_, root_, udev_, text, names_};
  for (Collector& collector : collectors_) {
    const auto begin = Clock::now();
    collector.succeeded = collector.collect(scrape);
    collector.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  text.family("node_", "exporter_build_info", MetricType::gauge,
              "Always 1; the version is a label.");
  text.sample(1, {{"version", base::kVersion}, {"goos", "linux"}});
  text.family("node_", "scrape_collector_duration_seconds", MetricType::gauge,
              "node_exporter: Duration of a collector scrape.");
  for (const Collector& collector : collectors_)
    text.sample(collector.seconds, {{"collector", collector.name}});
  text.family("node_", "scrape_collector_success", MetricType::gauge,
              "node_exporter: Whether a collector succeeded.");
  for (const Collector& collector : collectors_)
    text.sample(collector.succeeded, {{"collector", collector.name}});
}

}  // namespace components::prometheus::exporter_unix
