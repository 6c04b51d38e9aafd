#include "components/pyroscope/write/write.h"

#include <memory>
#include <utility>

#include "components/pyroscope/write/metrics.h"
#include "components/pyroscope/write/settings.h"
#include "components/pyroscope/write/write_codec.h"
#include "river/schema/decode.h"
#include "telemetry/wire/pyroscope_push.h"

namespace components::pyroscope::write {
namespace {

/// What other components hold; outlives the component when they do.
class Receiver final : public telemetry::ProfileReceiver {
 public:
  explicit Receiver(std::shared_ptr<sink::Group::Door> door) : door_(std::move(door)) {}

  void receive(telemetry::ProfileBatch batch) override {
    const telemetry::BatchHead head = std::move(static_cast<telemetry::BatchHead&>(batch));
    door_->receive(std::make_shared<const ProfilePayload>(std::move(batch.profiles)), head);
  }

 private:
  const std::shared_ptr<sink::Group::Door> door_;
};

constexpr sink::Protocol kProtocol{
    .component = "pyroscope.write",
    .entries = "profiles",
    .make_metrics = [](const base::metrics::Scope& scope,
                       const sink::Settings& settings) -> std::unique_ptr<sink::Metrics> {
      return std::make_unique<Metrics>(scope, static_cast<const Settings&>(settings));
    },
    .make_codec = [](sink::Metrics&) -> std::unique_ptr<sink::Codec> {
      return std::make_unique<WriteCodec>();
    },
    .record_kind = telemetry::wire::kProfileRecordKind,
    .decode = decode_profile_payload,
};

}  // namespace

Write::Write(Context context, const Arguments& arguments)
    : GroupComponent(kProtocol, std::move(context), settings_of(arguments), std::nullopt) {
  const Exports exports{{std::make_shared<Receiver>(group_.door())}};
  group_.context().publish(river::schema::encode_exports(kSignature.exports, &exports));
}

base::Result<void> Write::update(const Arguments& arguments) {
  return group_.update(settings_of(arguments), std::nullopt);
}

}  // namespace components::pyroscope::write
