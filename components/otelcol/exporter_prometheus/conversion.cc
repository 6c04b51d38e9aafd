#include "components/otelcol/exporter_prometheus/conversion.h"

#include <utility>

#include "components/otelcol/exporter_prometheus/names.h"
#include "components/otelcol/exporter_prometheus/points.h"

namespace components::otelcol::exporter_prometheus {
namespace {

namespace otlp = telemetry::otlp;
using telemetry::Label;
using telemetry::SampleBatch;
using telemetry::Signal;

/// A target_info goes out so often for each resource: it changes as rarely as the resource.
constexpr int64_t kTargetInfoMs = 60'000;
constexpr size_t kWarningsMax = 100;

constexpr std::string_view kServiceName = "service.name", kServiceSpace = "service.namespace",
                           kServiceInstance = "service.instance.id";

std::string attribute_text(const otlp::Attributes& attributes, std::string_view name) {
  const auto value = attributes.get(name);
  return value ? otlp::text_of(*value) : std::string();
}

void add_labels(std::vector<Label>& labels, const otlp::Attributes& attributes) {
  attributes.each([&](const otlp::KeyValue& attribute) {
    if (std::string name = label_name(attribute.key); !name.empty())
      labels.emplace_back(std::move(name), otlp::text_of(otlp::value_of(attribute.any_value)));
  });
}

/// job and instance.
std::vector<Label> identity_of(const otlp::Attributes& resource) {
  std::vector<Label> labels;
  const std::string name = attribute_text(resource, kServiceName),
                    space = attribute_text(resource, kServiceSpace);
  if (!name.empty()) labels.emplace_back("job", space.empty() ? name : space + "/" + name);
  labels.emplace_back("instance", attribute_text(resource, kServiceInstance));
  return labels;
}

/// Of equal names the last one wins, so a resource that is converted comes last.
std::vector<Label> labels_of(otlp::Item& item, const Arguments& arguments) {
  std::vector<Label> labels;
  otlp::Node* resource = item.resource_data.child(otlp::resource_data::kResource);
  if (resource != nullptr) labels = identity_of(otlp::Attributes(*resource));
  add_labels(labels, otlp::Attributes(item.node));
  if (resource != nullptr && arguments.resource_to_telemetry_conversion)
    add_labels(labels, otlp::Attributes(*resource));
  return labels;
}

uint64_t key_of(const std::string& name, std::vector<Label> labels) {
  labels.emplace_back("__name__", name);
  return telemetry::Labels(std::move(labels)).hash();
}

int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Added add_by_type(const otlp::Message& type, const Point& point, Samples& samples) {
  if (&type == &otlp::kNumberDataPoint) return add_number(point, samples);
  if (&type == &otlp::kHistogramDataPoint) return add_histogram(point, samples);
  if (&type == &otlp::kExponentialHistogramDataPoint) return add_exponential(point, samples);
  return add_summary(point, samples);
}

}  // namespace

SampleBatch Conversion::run(const telemetry::OtlpBatch& batch) {
  state_.last_times.forget_idle(LastTimes::Clock::now(), arguments_.gc_frequency.value);
  for (const telemetry::OtlpSlice& slice : batch.slices) {
    otlp::Document document(Signal::metrics, slice);
    document.each_item([&](otlp::Item& item) { add_point(item); });
    if (!arguments_.include_target_info) continue;
    document.each_resource([&](otlp::Node& resource_data) { add_target_info(resource_data); });
  }
  return samples_.take();
}

bool Conversion::is_cumulative(otlp::Item& item) {
  const bool has_temporality = item.data->type().find(otlp::metric_data::kTemporality) != nullptr;
  if (!has_temporality ||
      item.data->number(otlp::metric_data::kTemporality) == otlp::metric_data::kCumulative)
    return true;
  std::string name(item.metric->bytes(otlp::metric::kName));
  if (state_.warned_of.size() < kWarningsMax && state_.warned_of.insert(name).second)
    log_.warn(
        "metric \"{}\" is not cumulative: its points are dropped, since Prometheus has no "
        "deltas; set the temporality preference of the SDK to cumulative",
        name);
  return false;
}

void Conversion::add_point(otlp::Item& item) {
  if (!is_cumulative(item)) {
    ++tally_.delta;
    return;
  }
  const bool is_sum = item.metric->has(otlp::metric::kSum);
  const bool is_counter = is_sum && item.data->number(otlp::metric_data::kIsMonotonic) != 0;
  const bool is_histogram = item.metric->has(otlp::metric::kHistogram);
  const std::string name = metric_name({.name = item.metric->bytes(otlp::metric::kName),
                                        .unit = item.metric->bytes(otlp::metric::kUnit),
                                        .is_counter = is_counter,
                                        .is_gauge = item.metric->has(otlp::metric::kGauge)},
                                       arguments_.add_metric_suffixes);
  if (name.empty()) {
    ++tally_.no_name;
    return;
  }
  const std::vector<Label> labels = labels_of(item, arguments_);
  const Point point{item.node, name, labels,
                    static_cast<int64_t>(item.node.number(otlp::point::kTime) / 1'000'000),
                    is_counter || is_histogram};
  if (!state_.last_times.accepts(key_of(name, labels), point.time_ms, LastTimes::Clock::now())) {
    ++tally_.late;
    return;
  }
  switch (add_by_type(item.node.type(), point, samples_)) {
    case Added::yes:
      return;
    case Added::invalid:
      ++tally_.invalid;
      return;
    case Added::too_many:
      ++tally_.too_many;
      return;
  }
}

void Conversion::add_target_info(otlp::Node& resource_data) {
  otlp::Node* resource = resource_data.child(otlp::resource_data::kResource);
  if (resource == nullptr) return;
  const otlp::Attributes attributes(*resource);
  std::vector<Label> labels;
  attributes.each([&](const otlp::KeyValue& attribute) {
    const bool is_identity = attribute.key == kServiceName || attribute.key == kServiceSpace ||
                             attribute.key == kServiceInstance;
    std::string name = label_name(attribute.key);
    if (name.empty() || (is_identity && !arguments_.keep_identifying_resource_attributes)) return;
    labels.emplace_back(std::move(name), otlp::text_of(otlp::value_of(attribute.any_value)));
  });
  if (labels.empty()) return;  // It would say nothing that its series do not.
  for (Label& label : identity_of(attributes)) labels.push_back(std::move(label));
  static const std::string kName = "target_info";
  const int64_t now = now_ms();
  // The last time is kept as that of the next one: an earlier one is not needed.
  if (!state_.last_times.accepts(key_of(kName, labels), now, LastTimes::Clock::now())) return;
  state_.last_times.accepts(key_of(kName, labels), now + kTargetInfoMs, LastTimes::Clock::now());
  samples_.add(kName, labels, now, 1);
}

}  // namespace components::otelcol::exporter_prometheus
