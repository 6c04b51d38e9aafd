#include "components/pyroscope/write/settings.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "river/schema/decode.h"
#include "telemetry/text.h"

namespace components::pyroscope::write {
namespace {

/// A server takes 2 MB at once and 4 MB a second of a tenant, if nothing else is set.
constexpr size_t kRequestBytesMax = 1 << 20;
constexpr size_t kQueueBytesMax = 32 << 20;
constexpr std::chrono::seconds kDrainTimeout{15};

constexpr std::string_view kName = "__name__";
/// Tells the server not to take the difference to the profile before.
constexpr std::string_view kDelta = "__delta__";

void fill(Settings& settings, const EndpointArguments& endpoint) {
  settings.endpoint = endpoint;
  sink::set_endpoint(endpoint, settings);
  sink::set_retries(endpoint, settings);
  settings.request_bytes_max = kRequestBytesMax;
  settings.queue_bytes_max = kQueueBytesMax;
  settings.drain_timeout = kDrainTimeout;
}

/// In `name` of /ingest nothing is quoted: a value ends at a comma or a closing brace.
bool fits_ingest_name(std::string_view label, std::string_view value) {
  constexpr std::string_view kOfNames = ",{}=";
  return label.find_first_of(kOfNames) == std::string_view::npos &&
         value.find_first_of(label == kName ? kOfNames : ",}") == std::string_view::npos;
}

}  // namespace

std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments) {
  std::vector<sink::SettingsPtr> all;
  for (const EndpointArguments& endpoint : arguments.endpoint) {
    auto settings = std::make_shared<Settings>();
    fill(*settings, endpoint);
    settings->external_labels = arguments.external_labels;
    all.push_back(std::move(settings));
  }
  return all;
}

bool Settings::equals(const sink::Settings& other) const {
  const auto& settings = static_cast<const Settings&>(other);
  return external_labels == settings.external_labels &&
         river::schema::encode(kEndpoint, &endpoint) ==
             river::schema::encode(kEndpoint, &settings.endpoint);
}

io::http::Headers Settings::protocol_headers(const std::string& lane) const {
  if (lane == kIngestLane) return {};
  return {{"Content-Type", "application/proto"}, {"Connect-Protocol-Version", "1"}};
}

std::optional<telemetry::Labels> Settings::labels_of(const telemetry::Labels& labels,
                                                     bool is_posted) const {
  telemetry::LabelsBuilder builder(labels);
  for (const auto& [label, value] : external_labels) builder.set(label, value);
  if (is_posted)
    if (const std::string service(builder.get("service_name")); !service.empty())
      builder.set(kName, service);
  std::vector<telemetry::Label> sent;
  for (const auto& [label, value] : builder.all()) {
    if (telemetry::is_internal_label(label) && label != kName && (label != kDelta || is_posted))
      continue;
    const bool is_sendable = !label.empty() && base::is_utf8(label) && base::is_utf8(value) &&
                             (!is_posted || fits_ingest_name(label, value));
    if (!is_sendable) return std::nullopt;
    sent.emplace_back(label, value);
  }
  if (sent.empty()) return std::nullopt;
  telemetry::Labels frozen(std::move(sent));
  if (frozen.empty() || (is_posted && frozen.get(kName).empty())) return std::nullopt;
  return frozen;
}

std::string ingest_name(const telemetry::Labels& labels) {
  std::string text(labels.get(kName));
  text += '{';
  for (const auto& [name, value] : labels.all()) {
    if (name == kName) continue;
    if (!text.ends_with('{')) text += ',';
    text += name;
    text += '=';
    text += value;
  }
  return text + '}';
}

}  // namespace components::pyroscope::write
