#include "components/prometheus/remote_write/settings.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "components/shared/rule/signature.h"
#include "components/shared/sink/endpoint.h"
#include "river/schema/decode.h"
#include "telemetry/relabel.h"

namespace components::prometheus::remote_write {
namespace {

constexpr size_t kNameBytes = 6;
// A sample with its labels, on average: arguments count samples, queues count bytes.
constexpr size_t kTypicalSampleBytes = 160;
constexpr size_t kQueueBytesMin = 4 << 20;
constexpr size_t kQueueBytesMax = 64 << 20;
constexpr size_t kRequestBytesMin = 64 << 10;
constexpr std::chrono::minutes kDrainTimeout{1};

/// External labels only where the series lacks the label; then the rules.
std::shared_ptr<const telemetry::SeriesRewriter> rewriter_of(
    const std::map<std::string, std::string>& external_labels,
    const std::vector<RuleArguments>& rules) {
  if (external_labels.empty() && rules.empty()) return nullptr;
  return std::make_shared<const telemetry::SeriesRewriter>(
      [external_labels, rules = to_rules(rules)](telemetry::LabelsBuilder& labels) {
        for (const auto& [name, value] : external_labels)
          if (labels.get(name).empty()) labels.set(name, value);
        return telemetry::relabel::apply(rules, labels);
      });
}

void fill(Settings& settings, const EndpointArguments& endpoint) {
  const QueueArguments& queue = endpoint.queue_config;
  settings.endpoint = endpoint;
  sink::set_endpoint(endpoint, settings);
  settings.remote_name = endpoint.name.empty()
                             ? base::sha256_hex(endpoint.url.text).substr(0, kNameBytes)
                             : endpoint.name;
  settings.min_backoff = sink::bounded_milliseconds(queue.min_backoff.value);
  settings.max_backoff = sink::bounded_milliseconds(queue.max_backoff.value);
  settings.retry_on_http_429 = queue.retry_on_http_429;
  settings.samples_per_request = static_cast<size_t>(queue.max_samples_per_send);
  settings.request_bytes_max =
      std::max(settings.samples_per_request * kTypicalSampleBytes, kRequestBytesMin);
  settings.batch_wait = sink::bounded(queue.batch_send_deadline.value);
  settings.queue_bytes_max =
      std::clamp(static_cast<size_t>(queue.capacity) * static_cast<size_t>(queue.max_shards) *
                     kTypicalSampleBytes,
                 kQueueBytesMin, kQueueBytesMax);
  settings.drain_timeout = kDrainTimeout;
  settings.shards =
      static_cast<size_t>(std::clamp<int64_t>(queue.min_shards, 1, sink::Endpoint::kShardsMax));
  settings.age_max = sink::bounded_milliseconds(queue.sample_age_limit.value);
}

}  // namespace

std::vector<sink::SettingsPtr> settings_of(const Arguments& arguments) {
  std::vector<sink::SettingsPtr> all;
  for (const EndpointArguments& endpoint : arguments.endpoint) {
    auto settings = std::make_shared<Settings>();
    fill(*settings, endpoint);
    settings->external_labels = arguments.external_labels.entries;
    settings->rewriter = rewriter_of(settings->external_labels, endpoint.write_relabel_config);
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

io::http::Headers Settings::protocol_headers(const std::string&) const {
  return {{"Content-Type", "application/x-protobuf"},
          {"Content-Encoding", "snappy"},
          {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
}

}  // namespace components::prometheus::remote_write
