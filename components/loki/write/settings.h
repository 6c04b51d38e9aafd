#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "components/loki/write/signature.h"
#include "io/http/message.h"
#include "io/http/url.h"
#include "telemetry/labels.h"

namespace components::loki::write {

/// What the sender of one endpoint needs to know, made from the component's arguments. Immutable;
/// replaced as a whole by update().
struct Settings {
  EndpointArguments endpoint;
  base::Result<io::http::Url> url;
  std::vector<telemetry::Label> external_labels;
  size_t streams_max = 0;  ///< 0: any number

  /// "loki:3100", for metrics and messages.
  std::string host() const { return url ? url->host_header() : std::string(); }
  /// The labels of a line together with the external ones, those of the line winning.
  telemetry::Labels with_external(const telemetry::Labels& labels) const;
};
using SettingsPtr = std::shared_ptr<const Settings>;

/// One per endpoint of the arguments, in order.
std::vector<SettingsPtr> settings_of(const Arguments& arguments);
bool same(const Settings& a, const Settings& b);

/// The headers of a push; fails when a file with a secret cannot be read.
base::Result<io::http::Headers> push_headers(const Settings& settings, const std::string& tenant);

}  // namespace components::loki::write
