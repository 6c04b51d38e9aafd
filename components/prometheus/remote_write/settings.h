#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "components/prometheus/remote_write/signature.h"
#include "components/shared/sink/settings.h"
#include "telemetry/series_rewrite.h"

namespace components::prometheus::remote_write {

/// What writing to one server needs to know.
struct Settings final : sink::Settings {
  EndpointArguments endpoint;  ///< what the rest was made from
  std::map<std::string, std::string> external_labels;
  std::string remote_name;  ///< the label of its series
  size_t samples_per_request = 0;
  std::chrono::milliseconds age_max{0};  ///< of a sample; 0: any
  /// External labels, then the rules; null when there is neither.
  std::shared_ptr<const telemetry::SeriesRewriter> rewriter;

  io::http::Headers protocol_headers(const std::string& lane) const override;
  bool equals(const sink::Settings& other) const override;
};
using SettingsPtr = std::shared_ptr<const Settings>;

/// One per endpoint of the arguments, in order.
std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments);

}  // namespace components::prometheus::remote_write
