#include "components/prometheus/exporter_unix/collectors/collector.h"

#include <re2/re2.h>

#include <algorithm>

namespace components::prometheus::exporter_unix::collectors {

Pattern::Pattern(const river::schema::Regex& regex) : regex_(regex.compiled) {
  if (regex_ || regex.source.empty()) return;
  regex_ = std::make_shared<const re2::RE2>(regex.source);  // A default, which compiles.
}

bool Pattern::matches(std::string_view text) const {
  return regex_ && re2::RE2::PartialMatch({text.data(), text.size()}, *regex_);
}

const CollectorKind* kind_of(std::string_view name) {
  // One line a file, so that two additions do not collide.
  // clang-format off
  const std::span<const CollectorKind> lists[] = {
      cpu_collectors(),
      disk_collectors(),
      filesystem_collectors(),
      hardware_collectors(),
      hwmon_collectors(),
      interrupt_collectors(),
      kernel_collectors(),
      netclass_collectors(),
      network_collectors(),
      process_collectors(),
      protocol_collectors(),
      storage_collectors(),
      system_collectors(),
      tcp_collectors(),
      textfile_collectors(),
      time_collectors(),
  };
  // clang-format on
  for (const auto kinds : lists) {
    const auto found = std::ranges::find(kinds, name, &CollectorKind::name);
    if (found != kinds.end()) return &*found;
  }
  return nullptr;
}

}  // namespace components::prometheus::exporter_unix::collectors
