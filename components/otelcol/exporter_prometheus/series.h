#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "telemetry/labels.h"
#include "telemetry/otlp/model.h"
#include "telemetry/sample_batch.h"

namespace components::otelcol::exporter_prometheus {

/// Makes a SampleBatch, sample by sample.
class Samples {
 public:
  /// `labels` are those of the series without its name; `more` is a label beside them. False: there
  /// is no room for more series.
  bool add(const std::string& name, const std::vector<telemetry::Label>& labels, int64_t time_ms,
           double value, const telemetry::Label& more = {});
  bool add_histogram(const std::string& name, const std::vector<telemetry::Label>& labels,
                     int64_t time_ms, std::string_view message);
  /// An exemplar of the series that was added last; nothing when it has no ids.
  void add_exemplar(const telemetry::otlp::Node& exemplar);

  /// Everything that was added; it is empty afterwards.
  telemetry::SampleBatch take();

 private:
  bool add_series(const std::string& name, const std::vector<telemetry::Label>& labels,
                  const telemetry::Label& more);
  telemetry::Slice append(std::string_view bytes);

  telemetry::SeriesTable::Builder builder_;
  telemetry::SampleBatch batch_;
};

/// When each series had its last point, so that older ones are told from newer ones. Series that
/// have had none for some time are forgotten. Not thread safe.
class LastTimes {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kIdleMax = std::chrono::minutes(5);
  /// Beyond, the order of points of new series is not looked at.
  static constexpr size_t kSeriesMax = 1'000'000;

  /// Whether a point of this time may follow; if so, it is the last one now.
  bool accepts(uint64_t series, int64_t time_ms, Clock::time_point now);
  /// Forgets what is idle, at most once in `every`.
  void forget_idle(Clock::time_point now, std::chrono::nanoseconds every);
  size_t size() const { return last_.size(); }

 private:
  struct Last {
    int64_t time_ms = 0;
    Clock::time_point seen;
  };
  std::unordered_map<uint64_t, Last> last_;  // by hash of the labels
  Clock::time_point looked_at_;
};

}  // namespace components::otelcol::exporter_prometheus
