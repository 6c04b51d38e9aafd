#include <utility>

#include "components/otelcol/shared/export/codec.h"
#include "components/otelcol/shared/signature.h"
#include "river/schema/decode.h"

namespace components::otelcol {
namespace {

/// What other components hold; outlives the component when they do.
class Input final : public telemetry::OtlpReceiver {
 public:
  explicit Input(std::shared_ptr<sink::Group::Door> door) : door_(std::move(door)) {}

  void receive(telemetry::OtlpBatch batch) override {
    const telemetry::BatchHead head = std::move(static_cast<telemetry::BatchHead&>(batch));
    door_->receive(std::make_shared<const ExportPayload>(batch.signal, std::move(batch.slices)),
                   head);
  }

 private:
  const std::shared_ptr<sink::Group::Door> door_;
};

}  // namespace

constinit const sink::Protocol kExportProtocol{
    .component = "otelcol.exporter",
    .entries = "items",
    .make_metrics = [](const base::metrics::Scope& scope,
                       const sink::Settings& settings) -> std::unique_ptr<sink::Metrics> {
      return std::make_unique<ExportMetrics>(scope, static_cast<const ExportSettings&>(settings));
    },
    .make_codec = [](sink::Metrics&) -> std::unique_ptr<sink::Codec> {
      return std::make_unique<ExportCodec>();
    },
    .record_kind = ExportPayload::kRecordKind,
    .decode = decode_export_payload,
};

void publish_input(const sink::Group& group) {
  const ConsumerExports exports{{std::make_shared<Input>(group.door())}};
  group.context().publish(river::schema::encode_exports(kConsumerExports, &exports));
}

}  // namespace components::otelcol
