#include "components/loki/write/settings.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "components/shared/sink/endpoint.h"
#include "river/schema/decode.h"

namespace components::loki::write {

telemetry::Labels Settings::with_external(const telemetry::Labels& labels) const {
  if (external_labels.empty()) return labels;
  auto merged = external_labels;
  merged.insert(merged.end(), labels.all().begin(), labels.all().end());
  return telemetry::Labels(std::move(merged));  // Of a repeated name the last one wins.
}

namespace {

constexpr size_t kTenantBytesMax = 150;

void fill(Settings& settings, const EndpointArguments& endpoint) {
  settings.endpoint = endpoint;
  sink::set_endpoint(endpoint, settings);
  sink::set_retries(endpoint, settings);
  settings.request_bytes_max = endpoint.batch_size.bytes;
  settings.batch_wait = sink::bounded(endpoint.batch_wait.value);
  settings.queue_bytes_max = endpoint.queue_config.capacity.bytes;
  settings.block_on_overflow = endpoint.queue_config.block_on_overflow;
  settings.drain_timeout = sink::bounded(endpoint.queue_config.drain_timeout.value);
  settings.shards = static_cast<size_t>(
      std::clamp<int64_t>(endpoint.queue_config.min_shards, 1, sink::Endpoint::kShardsMax));
  settings.own_lane = endpoint.tenant_id;
  settings.lane_noun = "tenant";
}

}  // namespace

std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments) {
  std::vector<sink::SettingsPtr> all;
  for (const EndpointArguments& endpoint : arguments.endpoint) {
    auto settings = std::make_shared<Settings>();
    fill(*settings, endpoint);
    settings->external_labels.assign(arguments.external_labels.entries.begin(),
                                     arguments.external_labels.entries.end());
    settings->streams_max = static_cast<size_t>(std::max<int64_t>(arguments.max_streams, 0));
    all.push_back(std::move(settings));
  }
  return all;
}

bool Settings::equals(const sink::Settings& other) const {
  const auto& settings = static_cast<const Settings&>(other);
  return external_labels == settings.external_labels && streams_max == settings.streams_max &&
         river::schema::encode(kEndpoint, &endpoint) ==
             river::schema::encode(kEndpoint, &settings.endpoint);
}

io::http::Headers Settings::protocol_headers(const std::string& tenant) const {
  io::http::Headers headers = {{"Content-Type", "application/x-protobuf"},
                               {"Content-Encoding", "snappy"}};
  if (!tenant.empty()) headers.push_back({"X-Scope-OrgID", tenant});
  return headers;
}

bool is_valid_tenant(std::string_view tenant) {
  return tenant.size() <= kTenantBytesMax && base::is_utf8(tenant) &&
         std::all_of(tenant.begin(), tenant.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte != 0x7f;
         });
}

}  // namespace components::loki::write
