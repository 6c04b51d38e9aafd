#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "components/otelcol/exporter_prometheus/points.h"
#include "telemetry/sample_batch.h"

namespace components::otelcol::exporter_prometheus {
namespace {

namespace otlp = telemetry::otlp;
namespace wire = telemetry::wire;

constexpr int kSchemaMin = -4, kSchemaMax = 8;
/// What Prometheus' own clients use when none is said.
constexpr double kZeroThreshold = 1e-128;
/// Empty buckets that cost less than a span.
constexpr int64_t kGapMax = 2;
// prompb.Histogram and BucketSpan.
constexpr uint32_t kCount = 1, kSum = 3, kSchema = 4, kThreshold = 5, kZeroCount = 6,
                   kNegativeSpans = 8, kNegativeDeltas = 9, kPositiveSpans = 11,
                   kPositiveDeltas = 12, kTimestamp = 15;
constexpr uint32_t kSpanOffset = 1, kSpanLength = 2;

constexpr uint64_t zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
constexpr int32_t unzigzag(uint64_t bits) {
  const auto low = static_cast<uint32_t>(bits);
  return static_cast<int32_t>(low >> 1 ^ (0 - (low & 1)));
}

void append_real(std::string& out, uint32_t tag, double value) {
  wire::append_fixed64(out, tag, std::bit_cast<uint64_t>(value));
}

/// Buckets that are not empty, by Prometheus' index: one more than OTLP's, whose bucket i begins
/// at base^i where Prometheus' ends.
std::vector<std::pair<int64_t, uint64_t>> buckets_of(otlp::Node& point, uint32_t side, int shift) {
  std::vector<std::pair<int64_t, uint64_t>> found;
  const otlp::Node* buckets = point.child(side);
  if (buckets == nullptr) return found;
  int64_t index = unzigzag(buckets->number(otlp::buckets::kOffset));
  for (const uint64_t count : buckets->numbers(otlp::buckets::kCounts)) {
    const int64_t place = (index++ >> shift) + 1;
    if (count == 0) continue;
    if (!found.empty() && found.back().first == place)
      found.back().second += count;
    else
      found.emplace_back(place, count);
  }
  return found;
}

/// Appends the buckets of one side: spans, and the counts as differences.
void append_side(std::string& out, const std::vector<std::pair<int64_t, uint64_t>>& buckets,
                 uint32_t spans_tag, uint32_t deltas_tag) {
  if (buckets.empty()) return;
  std::string deltas, span;
  int64_t next_place = 0, offset = 0;
  uint64_t last_count = 0, length = 0;
  const auto end_span = [&] {
    if (length == 0) return;
    span.clear();
    wire::append_varint(span, kSpanOffset, zigzag(offset));
    wire::append_varint(span, kSpanLength, length);
    wire::append_bytes(out, spans_tag, span);
    length = 0;
  };
  const auto add = [&](uint64_t count) {
    wire::append_number(deltas, zigzag(static_cast<int64_t>(count - last_count)));
    last_count = count;
    ++length;
  };
  for (const auto& [place, count] : buckets) {
    const int64_t gap = place - next_place;
    if (length == 0 || gap > kGapMax) {
      end_span();
      offset = gap;
    } else {
      for (int64_t i = 0; i < gap; ++i) add(0);
    }
    add(count);
    next_place = place + 1;
  }
  end_span();
  wire::append_bytes(out, deltas_tag, deltas);
}

}  // namespace

std::optional<std::string> native_histogram(otlp::Node& point, int64_t time_ms) {
  namespace fields = otlp::exponential_point;
  const int scale = unzigzag(point.number(fields::kScale));
  if (scale < kSchemaMin) return std::nullopt;
  const int shift = std::min(std::max(0, scale - kSchemaMax), 31);
  const bool is_stale = (point.number(fields::kFlags) & otlp::point::kNoRecordedValue) != 0;
  std::string out;
  wire::append_varint(out, kCount, is_stale ? 0 : point.number(fields::kCount));
  append_real(out, kSum, is_stale ? telemetry::stale_marker() : point.real(fields::kSum));
  wire::append_varint(out, kSchema, zigzag(std::min(scale, kSchemaMax)));
  const double threshold = point.real(fields::kZeroThreshold);
  append_real(out, kThreshold, threshold > 0 ? threshold : kZeroThreshold);
  if (!is_stale) {
    wire::append_varint(out, kZeroCount, point.number(fields::kZeroCount));
    append_side(out, buckets_of(point, fields::kNegative, shift), kNegativeSpans, kNegativeDeltas);
    append_side(out, buckets_of(point, fields::kPositive, shift), kPositiveSpans, kPositiveDeltas);
  } else {
    wire::append_varint(out, kZeroCount, 0);
  }
  wire::append_varint(out, kTimestamp, static_cast<uint64_t>(time_ms));
  return out;
}

}  // namespace components::otelcol::exporter_prometheus
