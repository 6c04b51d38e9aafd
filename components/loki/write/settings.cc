#include "components/loki/write/settings.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/version.h"
#include "components/shared/http_client/client.h"
#include "river/schema/decode.h"

namespace components::loki::write {

telemetry::Labels Settings::with_external(const telemetry::Labels& labels) const {
  if (external_labels.empty()) return labels;
  auto merged = external_labels;
  merged.insert(merged.end(), labels.all().begin(), labels.all().end());
  return telemetry::Labels(std::move(merged));  // Of a repeated name the last one wins.
}

std::vector<SettingsPtr> settings_of(const Arguments& arguments) {
  std::vector<SettingsPtr> all;
  for (const EndpointArguments& endpoint : arguments.endpoint) {
    auto settings = std::make_shared<Settings>();
    settings->endpoint = endpoint;
    settings->url = io::http::parse_url(endpoint.url.text);
    settings->external_labels.assign(arguments.external_labels.entries.begin(),
                                     arguments.external_labels.entries.end());
    settings->streams_max = static_cast<size_t>(std::max<int64_t>(arguments.max_streams, 0));
    all.push_back(std::move(settings));
  }
  return all;
}

bool same(const Settings& a, const Settings& b) {
  return a.external_labels == b.external_labels && a.streams_max == b.streams_max &&
         river::schema::encode(kEndpoint, &a.endpoint) ==
             river::schema::encode(kEndpoint, &b.endpoint);
}

base::Result<io::http::Headers> push_headers(const Settings& settings, const std::string& tenant) {
  io::http::Headers headers = {{"Content-Type", "application/x-protobuf"},
                               {"Content-Encoding", "snappy"},
                               {"User-Agent", fmt::format("Tributary/{}", base::kVersion)}};
  if (!tenant.empty()) headers.push_back({"X-Scope-OrgID", tenant});
  auto asked = request_headers(settings.endpoint.http);
  if (!asked) return asked;
  headers.insert(headers.end(), asked->begin(), asked->end());
  // Those that the client sets itself stay what they are.
  for (const auto& [name, value] : settings.endpoint.headers)
    if (io::http::find(headers, name).empty()) headers.push_back({name, value});
  return headers;
}

}  // namespace components::loki::write
