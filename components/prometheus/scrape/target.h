#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/http/url.h"
#include "river/schema/target.h"
#include "telemetry/labels.h"

namespace components::prometheus::scrape {

/// What the arguments of the component say of all its targets; a target's own labels win.
struct TargetDefaults {
  std::string job;
  std::string scheme = "http";
  std::string metrics_path = "/metrics";
  std::map<std::string, std::vector<std::string>> params;
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds timeout{0};
};

/// One thing to scrape.
struct Target {
  io::http::Url url;            ///< with the parameters in its query
  telemetry::Labels labels;     ///< of all its series: `job` and `instance` are among them
  bool is_own_process = false;  ///< an exporter of this agent
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds timeout{0};

  /// Two targets with the same key are one.
  std::string key() const;
};

/// Reads a discovered target: __address__, __scheme__, __metrics_path__, __param_*,
/// __scrape_interval__ and __scrape_timeout__; other labels that begin with __ are left out. Fails
/// when it cannot be scraped.
base::Result<Target> read_target(const river::schema::Target& discovered,
                                 const TargetDefaults& defaults);

}  // namespace components::prometheus::scrape
