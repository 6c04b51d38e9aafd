#include "components/loki/write/push_codec.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "components/loki/write/log_payload.h"
#include "components/loki/write/metrics.h"
#include "telemetry/text.h"

namespace components::loki::write {
namespace {

constexpr size_t kMergedMax = 10000;  // Label sets whose merged form is remembered.

/// Equal for labels of the same stream, of which those that begin with __ are no part.
size_t stream_hash(const telemetry::Labels& labels) {
  size_t hash = 0;
  for (const auto& [name, value] : labels.all()) {
    if (telemetry::is_internal_label(name)) continue;
    for (const std::string* part : {&name, &value})
      hash = hash * 1099511628211u + std::hash<std::string>()(*part);
  }
  return hash ^ (hash >> 32);
}

bool have_valid_names(const telemetry::Labels& labels) {
  return std::ranges::all_of(labels.all(),
                             [](const auto& label) { return base::is_label_name(label.first); });
}

}  // namespace

PushCodec::PushCodec() : merged_(kMergedMax) {}

void PushCodec::use(sink::SettingsPtr settings) {
  settings_ = std::static_pointer_cast<const Settings>(std::move(settings));
  merged_.clear();
  limits_.forget();
}

std::unique_ptr<sink::Request> PushCodec::make_request() {
  return std::make_unique<PushRequest>(limits_);
}

size_t PushCodec::request_bytes_max() const {
  return std::min(settings_->request_bytes_max, limits_.request_bytes.load());
}

sink::BatchPtr PushCodec::route(const sink::PayloadPtr& payload,
                                const sink::Settings& settings) const {
  const auto& logs = static_cast<const LogPayload&>(*payload).logs;
  return std::make_unique<RoutedBatch>(std::shared_ptr<const telemetry::LogBatch>(payload, &logs),
                                       settings.own_lane);
}

sink::BatchPtr PushCodec::without(const sink::Batch& batch,
                                  const std::vector<sink::Share>& tenants) const {
  return write::without(static_cast<const RoutedBatch&>(batch), tenants);
}

void PushCodec::place(const sink::Batch& batch, sink::Batcher& batcher) {
  const auto& routed = static_cast<const RoutedBatch&>(batch);
  streams_.assign(routed.routes.size(), Stream{});
  for (const telemetry::Entry& entry : routed.logs->entries)
    put(routed, entry, streams_[entry.labels], batcher);
}

void PushCodec::put(const RoutedBatch& batch, const telemetry::Entry& entry, Stream& stream,
                    sink::Batcher& batcher) {
  const telemetry::LogBatch& logs = *batch.logs;
  const RoutedBatch::Route& route = batch.route(entry);
  const std::string& tenant = batch.shares[route.share].lane;
  const Amount amount = amount_of(logs, entry);
  if (route.has_bad_name) return batcher.drop(tenant, drop_reason::kInvalidTenant, amount);
  const telemetry::Labels& labels = logs.labels(entry);
  if (stream.open == nullptr) {
    const size_t hash = batcher.shards() > 1 ? stream_hash(as_sent(labels)) : 0;
    stream.open = &batcher.open(tenant, hash);
  }
  auto& request = static_cast<PushRequest&>(batcher.request(*stream.open, amount.bytes));
  if (stream.generation != stream.open->generation && !find(labels, request, stream))
    return batcher.drop(tenant, drop_reason::kStreamLimited, amount);
  request.encoder.add(stream.index, logs, entry);
  request.is_own = request.is_own && route.is_own;
  batcher.hold(*stream.open, batch.ack_of(route.share));
}

/// False when the request has as many streams as it may have without this one.
bool PushCodec::find(const telemetry::Labels& labels, PushRequest& request, Stream& stream) {
  const telemetry::Labels& merged = as_sent(labels);
  // Not asked for its index before: the request would remember every stream that it refuses.
  const size_t most = settings_->streams_max;
  if (most > 0 && request.encoder.streams() >= most && !request.encoder.has_stream(merged))
    return false;
  stream.index = request.encoder.stream(merged);
  stream.generation = stream.open->generation;
  return true;
}

/// With the external labels, and names that a backend takes: those of targets and containers come
/// from anywhere, and one that is refused would cost all lines of its stream.
const telemetry::Labels& PushCodec::as_sent(const telemetry::Labels& labels) {
  if (settings_->external_labels.empty() && have_valid_names(labels)) return labels;
  if (const telemetry::Labels* known = merged_.get(labels)) return *known;
  telemetry::Labels merged = settings_->with_external(labels);
  if (!have_valid_names(merged)) {
    telemetry::LabelsBuilder builder{telemetry::Labels()};
    for (const auto& [name, value] : merged.all())
      builder.set(telemetry::valid_label_name(name), value);
    merged = builder.build();
  }
  return merged_.put(labels, std::move(merged));
}

}  // namespace components::loki::write
