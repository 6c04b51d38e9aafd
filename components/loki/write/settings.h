#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/write/signature.h"
#include "components/shared/sink/request.h"
#include "components/shared/sink/settings.h"
#include "telemetry/labels.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

using sink::Amount;
using sink::Clock;

/// What sending to one Loki needs to know.
struct Settings final : sink::Settings {
  EndpointArguments endpoint;  ///< what the rest was made from
  std::vector<telemetry::Label> external_labels;
  size_t streams_max = 0;  ///< 0: any number

  io::http::Headers protocol_headers(const std::string& tenant) const override;
  bool equals(const sink::Settings& other) const override;
  /// The labels of a line together with the external ones, those of the line winning.
  telemetry::Labels with_external(const telemetry::Labels& labels) const;
};
using SettingsPtr = std::shared_ptr<const Settings>;

/// One per endpoint of the arguments, in order.
std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments);

/// Whether it can be sent in the header X-Scope-OrgID: no control characters, and no longer than
/// Loki allows. What the text of a line can choose must not be able to spoil a request.
bool is_valid_tenant(std::string_view tenant);

}  // namespace components::loki::write
