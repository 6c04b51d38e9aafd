#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "components/pyroscope/write/signature.h"
#include "components/shared/sink/settings.h"
#include "telemetry/labels.h"

namespace components::pyroscope::write {

/// The lane of what is posted to /ingest, which does not wait for what is pushed.
inline constexpr std::string_view kIngestLane = "ingest";

/// What a profile takes in memory beside its body, about; part of the bytes of an Amount.
inline constexpr size_t kProfileBytes = 256;

/// What pushing to one server needs to know.
struct Settings final : sink::Settings {
  EndpointArguments endpoint;  ///< what the rest was made from
  std::map<std::string, std::string> external_labels;

  io::http::Headers protocol_headers(const std::string& lane) const override;
  bool equals(const sink::Settings& other) const override;

  /// The labels that a profile is pushed with, or posted when `is_posted`: with the external ones,
  /// and without those for the agent's own use. Nothing when they cannot be sent.
  std::optional<telemetry::Labels> labels_of(const telemetry::Labels& labels, bool is_posted) const;
};
using SettingsPtr = std::shared_ptr<const Settings>;

/// One per endpoint of the arguments, in order.
std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments);

/// "app{k=v,k2=v2}", as the parameter `name` of /ingest says labels: the name is `__name__`.
std::string ingest_name(const telemetry::Labels& labels);

}  // namespace components::pyroscope::write
