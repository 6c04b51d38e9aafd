#pragma once
#include <cstdint>

#include "telemetry/labels.h"
#include "telemetry/sample_batch.h"
#include "telemetry/series_table.h"

namespace components::prometheus::scrape {

/// What is said of one scrape.
struct Report {
  bool up = false;
  double duration_seconds = 0;
  uint64_t scraped = 0;  ///< samples that the target exposed
  uint64_t kept = 0;     ///< of these, after the limits
  uint64_t added = 0;    ///< series that were not there before
  /// Of the body, uncompressed; -1: larger than body_size_limit, 0: there was none.
  double body_bytes = 0;
};

/// The series about the scrapes of one target, with its labels: up, scrape_duration_seconds,
/// scrape_samples_scraped, scrape_samples_post_metric_relabeling, scrape_series_added; and with
/// `extra_metrics` scrape_timeout_seconds, scrape_sample_limit and scrape_body_size_bytes.
class ReportSeries {
 public:
  ReportSeries(const telemetry::Labels& target, bool extra_metrics, double timeout_seconds,
               uint64_t sample_limit);

  telemetry::SampleBatch report(const Report& report, int64_t time_ms) const;
  /// Markers: the target is gone.
  telemetry::SampleBatch end(int64_t time_ms) const;

 private:
  double timeout_seconds_;
  uint64_t sample_limit_;
  telemetry::SeriesTablePtr table_;
};

}  // namespace components::prometheus::scrape
