#include "components/otelcol/exporter_prometheus/series.h"

#include <bit>
#include <utility>

#include "base/ensure.h"
#include "telemetry/otlp/json.h"

namespace components::otelcol::exporter_prometheus {
namespace {

namespace otlp = telemetry::otlp;
namespace wire = telemetry::wire;
using telemetry::Label;

/// A message Label of remote write with an id; nothing for one of zeros.
void append_id_label(std::string& out, std::string_view name, std::string_view id) {
  if (id.find_first_not_of('\0') == std::string_view::npos) return;
  std::string label, text;
  otlp::append_hex(text, id);
  wire::append_bytes(label, 1, name);
  wire::append_bytes(label, 2, text);
  wire::append_bytes(out, 1, label);
}

}  // namespace

bool Samples::add_series(const std::string& name, const std::vector<Label>& labels,
                         const Label& more) {
  std::vector<Label> all = labels;
  all.emplace_back("__name__", name);  // Of equal names the last one wins.
  if (!more.first.empty()) all.push_back(more);
  return builder_.add_series(telemetry::Labels(std::move(all)).all());
}

bool Samples::add(const std::string& name, const std::vector<Label>& labels, int64_t time_ms,
                  double value, const Label& more) {
  const auto index = static_cast<uint32_t>(builder_.size());
  if (!add_series(name, labels, more)) return false;
  batch_.samples.push_back({index, time_ms, value});
  return true;
}

bool Samples::add_histogram(const std::string& name, const std::vector<Label>& labels,
                            int64_t time_ms, std::string_view message) {
  const auto index = static_cast<uint32_t>(builder_.size());
  if (!add_series(name, labels, {})) return false;
  batch_.histograms.push_back({index, time_ms, append(message)});
  return true;
}

// Exemplar { 1: repeated Label, 2: value, 3: milliseconds }
void Samples::add_exemplar(const otlp::Node& exemplar) {
  namespace fields = otlp::exemplar;
  std::string message;
  append_id_label(message, "span_id", exemplar.bytes(fields::kSpanId));
  append_id_label(message, "trace_id", exemplar.bytes(fields::kTraceId));
  if (message.empty() || builder_.size() == 0) return;
  const double value =
      exemplar.has(fields::kInteger)
          ? static_cast<double>(static_cast<int64_t>(exemplar.number(fields::kInteger)))
          : exemplar.real(fields::kReal);
  const auto time_ms = static_cast<int64_t>(exemplar.number(fields::kTime) / 1'000'000);
  wire::append_fixed64(message, 2, std::bit_cast<uint64_t>(value));
  wire::append_varint(message, 3, static_cast<uint64_t>(time_ms));
  const auto index = static_cast<uint32_t>(builder_.size() - 1);
  batch_.exemplars.push_back({index, time_ms, append(message)});
}

telemetry::Slice Samples::append(std::string_view bytes) {
  ENSURE(batch_.buffer.size() + bytes.size() <= UINT32_MAX);  // A request is smaller by far.
  const auto offset = static_cast<uint32_t>(batch_.buffer.size());
  batch_.buffer += bytes;
  return {offset, static_cast<uint32_t>(bytes.size())};
}

telemetry::SampleBatch Samples::take() {
  batch_.series = builder_.build();
  return std::exchange(batch_, {});
}

bool LastTimes::accepts(uint64_t series, int64_t time_ms, Clock::time_point now) {
  const auto found = last_.find(series);
  if (found == last_.end()) {
    if (last_.size() < kSeriesMax) last_.emplace(series, Last{time_ms, now});
    return true;
  }
  Last& last = found->second;
  if (time_ms < last.time_ms) return false;
  last = {time_ms, now};
  return true;
}

void LastTimes::forget_idle(Clock::time_point now, std::chrono::nanoseconds every) {
  if (now - looked_at_ < every) return;
  looked_at_ = now;
  std::erase_if(last_, [&](const auto& entry) { return now - entry.second.seen > kIdleMax; });
}

}  // namespace components::otelcol::exporter_prometheus
