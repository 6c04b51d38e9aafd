#pragma once
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/batch.h"
#include "telemetry/series_table.h"

namespace telemetry {

/// The NaN that marks a series as gone from here on. Any other NaN is a value; a marker is told
/// from it by its bits, so it must never be computed with.
inline constexpr uint64_t kStaleMarkerBits = 0x7ff0000000000002;
inline bool is_stale_marker(double value) {
  return std::bit_cast<uint64_t>(value) == kStaleMarkerBits;
}
inline double stale_marker() {
  return std::bit_cast<double>(kStaleMarkerBits);
}

/// One number of one series.
struct Sample {
  uint32_t series = 0;  ///< index into SampleBatch::series
  int64_t time_ms = 0;  ///< since the Unix epoch
  double value = 0;
};

/// A native histogram or an exemplar, as the message of remote write version 1 that it is sent as.
struct EncodedSample {
  uint32_t series = 0;
  int64_t time_ms = 0;
  Slice message;  ///< in the batch's buffer
};

/// Samples of the series of one table, on their way from a scrape to a sink. Samples of one series
/// are in the order of their times, here and from batch to batch. Whoever holds a batch owns it;
/// the table is shared.
struct SampleBatch : BatchHead {
  SeriesTablePtr series;
  std::vector<Sample> samples;
  std::vector<EncodedSample> histograms;
  std::vector<EncodedSample> exemplars;
  std::string buffer;

  size_t count() const { return samples.size() + histograms.size() + exemplars.size(); }
  /// Memory of the samples, without the table.
  size_t bytes() const {
    return buffer.size() + samples.size() * sizeof(Sample) +
           (histograms.size() + exemplars.size()) * sizeof(EncodedSample);
  }
  std::string_view text(Slice slice) const {
    return std::string_view(buffer).substr(slice.offset, slice.size);
  }
};

using SampleReceiver = Receiver<SampleBatch>;

}  // namespace telemetry
