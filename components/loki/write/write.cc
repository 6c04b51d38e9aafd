#include "components/loki/write/write.h"

#include <utility>

#include "components/loki/write/log_payload.h"
#include "components/loki/write/metrics.h"
#include "components/loki/write/push_codec.h"
#include "components/loki/write/settings.h"
#include "river/schema/decode.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {
namespace {

/// What other components hold; outlives the component when they do.
class Receiver final : public telemetry::LogReceiver {
 public:
  explicit Receiver(std::shared_ptr<sink::Group::Door> door) : door_(std::move(door)) {}

  void receive(telemetry::LogBatch batch) override {
    const telemetry::BatchHead head = std::move(static_cast<telemetry::BatchHead&>(batch));
    door_->receive(std::make_shared<const LogPayload>(std::move(batch)), head);
  }

 private:
  const std::shared_ptr<sink::Group::Door> door_;
};

std::optional<bool> wants_queue(const Arguments& arguments) {
  if (!arguments.wal) return std::nullopt;
  return arguments.wal->enabled;
}

}  // namespace

constexpr sink::Protocol kProtocol{
    .component = "loki.write",
    .entries = "lines",
    .make_metrics = [](const base::metrics::Scope& scope, const sink::Settings& settings)
        -> std::unique_ptr<sink::Metrics> { return std::make_unique<Metrics>(scope, settings); },
    .make_codec = [](sink::Metrics&) -> std::unique_ptr<sink::Codec> {
      return std::make_unique<PushCodec>();
    },
    .record_kind = telemetry::wire::kLogBatchRecordKind,
    .decode = decode_log_payload,
};

Write::Write(Context context, const Arguments& arguments)
    : GroupComponent(kProtocol, std::move(context), settings_of(arguments),
                     wants_queue(arguments)) {
  const Exports exports{{std::make_shared<Receiver>(group_.door())}};
  group_.context().publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Write::update(const Arguments& arguments) {
  return group_.update(settings_of(arguments), wants_queue(arguments));
}

}  // namespace components::loki::write
