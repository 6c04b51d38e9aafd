#include "components/prometheus/scrape/report.h"

#include <iterator>
#include <string_view>

namespace components::prometheus::scrape {
namespace {

// In the order of report().
constexpr std::string_view kNames[] = {
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
};
constexpr size_t kAlways = 5;

}  // namespace

ReportSeries::ReportSeries(const telemetry::Labels& target, bool extra_metrics,
                           double timeout_seconds, uint64_t sample_limit)
    : timeout_seconds_(timeout_seconds), sample_limit_(sample_limit) {
  telemetry::SeriesTable::Builder builder;
  for (size_t i = 0; i < (extra_metrics ? std::size(kNames) : kAlways); ++i) {
    telemetry::LabelsBuilder labels(target);
    labels.set("__name__", kNames[i]);
    builder.add_series(labels.build().all());
  }
  table_ = builder.build();
}

telemetry::SampleBatch ReportSeries::report(const Report& report, int64_t time_ms) const {
  const double values[] = {report.up ? 1.0 : 0.0,
                           report.duration_seconds,
                           static_cast<double>(report.scraped),
                           static_cast<double>(report.kept),
                           static_cast<double>(report.added),
                           timeout_seconds_,
                           static_cast<double>(sample_limit_),
                           report.body_bytes};
  telemetry::SampleBatch batch;
  batch.series = table_;
  for (uint32_t i = 0; i < table_->size(); ++i) batch.samples.push_back({i, time_ms, values[i]});
  return batch;
}

telemetry::SampleBatch ReportSeries::end(int64_t time_ms) const {
  telemetry::SampleBatch batch;
  batch.series = table_;
  for (uint32_t i = 0; i < table_->size(); ++i)
    batch.samples.push_back({i, time_ms, telemetry::stale_marker()});
  return batch;
}

}  // namespace components::prometheus::scrape
