#include "components/prometheus/remote_write/write.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "components/prometheus/remote_write/metrics.h"
#include "components/prometheus/remote_write/sample_payload.h"
#include "components/prometheus/remote_write/write_codec.h"
#include "river/schema/decode.h"

namespace components::prometheus::remote_write {
namespace {

/// What other components hold; outlives the component when they do.
class Receiver final : public telemetry::SampleReceiver {
 public:
  Receiver(std::shared_ptr<sink::Group::Door> door, const base::metrics::Scope& scope)
      : door_(std::move(door)),
        in_(scope.counter("prometheus_remote_storage_samples_in_total", "Samples that came.")),
        highest_(scope.gauge("prometheus_remote_storage_highest_timestamp_in_seconds",
                             "Time of the newest sample that came.")) {}

  void receive(telemetry::SampleBatch batch) override {
    in_->add(batch.samples.size());
    for (const telemetry::Sample& sample : batch.samples) note(sample.time_ms);
    const telemetry::BatchHead head = std::move(static_cast<telemetry::BatchHead&>(batch));
    door_->receive(std::make_shared<const SamplePayload>(std::move(batch)), head);
  }

 private:
  void note(int64_t time_ms) {
    int64_t before = highest_ms_.load(std::memory_order_relaxed);
    if (time_ms <= before) return;
    highest_ms_.store(time_ms, std::memory_order_relaxed);  // A race of two newest ones is no harm.
    highest_->set(static_cast<double>(time_ms) / 1000);
  }

  const std::shared_ptr<sink::Group::Door> door_;
  const std::shared_ptr<base::metrics::Counter> in_;
  const std::shared_ptr<base::metrics::Gauge> highest_;
  std::atomic<int64_t> highest_ms_{0};
};

constexpr sink::Protocol kProtocol{
    .component = "prometheus.remote_write",
    .entries = "samples",
    .make_metrics = [](const base::metrics::Scope& scope,
                       const sink::Settings& settings) -> std::unique_ptr<sink::Metrics> {
      return std::make_unique<Metrics>(scope, static_cast<const Settings&>(settings));
    },
    .make_codec = [](sink::Metrics& metrics) -> std::unique_ptr<sink::Codec> {
      return std::make_unique<WriteCodec>(static_cast<Metrics&>(metrics));
    },
    .record_kind = SamplePayload::kRecordKind,
    .decode = decode_sample_payload,
};

}  // namespace

Write::Write(Context context, const Arguments& arguments)
    : GroupComponent(kProtocol, std::move(context), settings_of(arguments), std::nullopt) {
  const Exports exports{{std::make_shared<Receiver>(group_.door(), group_.context().metrics)}};
  group_.context().publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Write::update(const Arguments& arguments) {
  return group_.update(settings_of(arguments), std::nullopt);
}

}  // namespace components::prometheus::remote_write
