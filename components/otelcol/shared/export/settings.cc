#include "components/otelcol/shared/export/settings.h"

#include <algorithm>
#include <limits>

#include "components/otelcol/shared/auth.h"
#include "telemetry/flow.h"

namespace components::otelcol {

using telemetry::Flow;
using telemetry::Signal;
using telemetry::wire::Coding;

namespace {

// Arguments count requests, queues count bytes.
constexpr size_t kTypicalRequestBytes = 64 << 10;
constexpr size_t kQueueBytesMin = 4 << 20;
constexpr size_t kQueueBytesMax = 64 << 20;
/// Well below the 4 MiB at which gRPC servers refuse.
constexpr size_t kRequestBytesMax = 2 << 20;
constexpr int64_t kParallelMax = 8;
constexpr std::chrono::seconds kDrainTimeout{15};

}  // namespace

std::string_view name_of(Signal signal) {
  return signal == Signal::traces ? "traces" : signal == Signal::metrics ? "metrics" : "logs";
}

std::string_view unit_of(Signal signal) {
  return signal == Signal::traces    ? Flow::kSpans
         : signal == Signal::metrics ? Flow::kDataPoints
                                     : Flow::kLogRecords;
}

Coding coding_of(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return Coding::gzip;
    case Compression::deflate:
    case Compression::zlib:
      return Coding::zlib;
    case Compression::snappy:
      return Coding::snappy;
    case Compression::zstd:
      return Coding::zstd;
    case Compression::none:
      break;
  }
  return Coding::none;
}

base::Result<void> ExportSettings::sign(io::http::Headers& headers) const {
  return auth ? auth->sign(headers) : base::Result<void>();
}

void apply(const QueueArguments& queue, const RetryArguments& retry, ExportSettings& settings) {
  settings.name = name_of(settings.signal);
  settings.own_lane = settings.name;
  settings.lane_noun = "signal";
  settings.min_backoff = sink::bounded_milliseconds(retry.initial_interval.value);
  settings.max_backoff = sink::bounded_milliseconds(retry.max_interval.value);
  settings.tries_max = retry.enabled ? 0 : 1;
  settings.request_bytes_max = kRequestBytesMax;
  settings.items_per_request =
      queue.batch ? static_cast<size_t>(queue.batch->max_size) : std::numeric_limits<size_t>::max();
  settings.batch_wait =
      sink::bounded(queue.batch ? queue.batch->flush_timeout.value : std::chrono::nanoseconds(0));
  settings.queue_bytes_max = std::clamp(
      static_cast<size_t>(queue.queue_size) * kTypicalRequestBytes, kQueueBytesMin, kQueueBytesMax);
  settings.drain_timeout = kDrainTimeout;
  if (settings.signal == Signal::traces)
    settings.shards =
        static_cast<size_t>(std::clamp<int64_t>(queue.num_consumers, 1, kParallelMax));
}

}  // namespace components::otelcol
