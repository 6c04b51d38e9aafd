#include "components/otelcol/exporter_prometheus/points.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/number.h"

namespace components::otelcol::exporter_prometheus {
namespace {

namespace otlp = telemetry::otlp;

bool is_stale(const otlp::Node& node, uint32_t flags) {
  return (node.number(flags) & otlp::point::kNoRecordedValue) != 0;
}

std::string text_of_number(double value) {
  std::string text;
  base::append_float(text, value);
  return text;
}

double value_of_exemplar(const otlp::Node& exemplar) {
  if (!exemplar.has(otlp::exemplar::kInteger)) return exemplar.real(otlp::exemplar::kReal);
  return static_cast<double>(static_cast<int64_t>(exemplar.number(otlp::exemplar::kInteger)));
}

struct Bucket {
  double bound = 0;
  uint64_t count = 0;
};

/// The buckets in order of their bounds, but for the last one, which has none.
std::optional<std::vector<Bucket>> buckets_of(const otlp::Node& node) {
  const auto counts = node.numbers(otlp::histogram_point::kCounts);
  const auto bounds = node.numbers(otlp::histogram_point::kBounds);
  if (counts.empty() && bounds.empty()) return std::vector<Bucket>();
  if (counts.size() != bounds.size() + 1) return std::nullopt;
  std::vector<Bucket> buckets;
  for (size_t i = 0; i < bounds.size(); ++i)
    buckets.push_back({std::bit_cast<double>(bounds[i]), counts[i]});
  std::ranges::stable_sort(buckets, {}, &Bucket::bound);
  return buckets;
}

/// The exemplars of values up to a bound; those of higher ones stay.
void add_exemplars(std::vector<otlp::Node*>& waiting, double bound, Samples& samples) {
  std::erase_if(waiting, [&](otlp::Node* exemplar) {
    const bool is_inside = value_of_exemplar(*exemplar) <= bound;
    if (is_inside) samples.add_exemplar(*exemplar);
    return is_inside;
  });
}

}  // namespace

Added add_number(const Point& point, Samples& samples) {
  namespace fields = otlp::number_point;
  double value = point.node.real(fields::kReal);
  if (point.node.has(fields::kInteger))
    value = static_cast<double>(static_cast<int64_t>(point.node.number(fields::kInteger)));
  if (is_stale(point.node, fields::kFlags)) value = telemetry::stale_marker();
  if (!samples.add(point.name, point.labels, point.time_ms, value)) return Added::too_many;
  if (point.has_exemplars)
    point.node.each(fields::kExemplars,
                    [&](otlp::Node& exemplar) { samples.add_exemplar(exemplar); });
  return Added::yes;
}

Added add_histogram(const Point& point, Samples& samples) {
  namespace fields = otlp::histogram_point;
  const auto buckets = buckets_of(point.node);
  if (!buckets) return Added::invalid;
  const bool stale = is_stale(point.node, fields::kFlags);
  const auto add = [&](std::string_view suffix, double value, const telemetry::Label& more = {}) {
    return samples.add(point.name + std::string(suffix), point.labels, point.time_ms,
                       stale ? telemetry::stale_marker() : value, more);
  };
  const auto count = static_cast<double>(point.node.number(fields::kCount));
  if (point.node.has(fields::kSum) && !add("_sum", point.node.real(fields::kSum)))
    return Added::too_many;
  if (!add("_count", count)) return Added::too_many;
  // Nodes live as long as each() runs: so the samples are added while the last one is there.
  std::vector<std::unique_ptr<otlp::Node>> exemplars;
  std::vector<otlp::Node*> waiting;
  base::Arena memory;
  point.node.each_bytes(fields::kExemplars, [&](std::string_view bytes) {
    exemplars.push_back(std::make_unique<otlp::Node>(otlp::kExemplar, bytes, memory));
    waiting.push_back(exemplars.back().get());
  });
  uint64_t below = 0;
  for (const Bucket& bucket : *buckets) {
    below += bucket.count;
    if (bucket.bound == std::numeric_limits<double>::infinity()) break;
    if (!add("_bucket", static_cast<double>(below), {"le", text_of_number(bucket.bound)}))
      return Added::too_many;
    add_exemplars(waiting, bucket.bound, samples);
  }
  if (!add("_bucket", count, {"le", "+Inf"})) return Added::too_many;
  add_exemplars(waiting, std::numeric_limits<double>::infinity(), samples);
  return Added::yes;
}

Added add_exponential(const Point& point, Samples& samples) {
  const auto message = native_histogram(point.node, point.time_ms);
  if (!message) return Added::invalid;
  if (!samples.add_histogram(point.name, point.labels, point.time_ms, *message))
    return Added::too_many;
  point.node.each(otlp::exponential_point::kExemplars,
                  [&](otlp::Node& exemplar) { samples.add_exemplar(exemplar); });
  return Added::yes;
}

Added add_summary(const Point& point, Samples& samples) {
  namespace fields = otlp::summary_point;
  const bool stale = is_stale(point.node, fields::kFlags);
  bool has_room = true;
  const auto add = [&](std::string_view suffix, double value, const telemetry::Label& more = {}) {
    has_room =
        has_room && samples.add(point.name + std::string(suffix), point.labels, point.time_ms,
                                stale ? telemetry::stale_marker() : value, more);
  };
  add("_sum", point.node.real(fields::kSum));
  add("_count", static_cast<double>(point.node.number(fields::kCount)));
  point.node.each(fields::kQuantiles, [&](otlp::Node& quantile) {
    add("", quantile.real(otlp::quantile::kValue),
        {"quantile", text_of_number(quantile.real(otlp::quantile::kQuantile))});
  });
  return has_room ? Added::yes : Added::too_many;
}

}  // namespace components::otelcol::exporter_prometheus
