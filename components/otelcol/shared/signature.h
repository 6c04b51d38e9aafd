#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"

namespace components::otelcol {
class Authenticator;
}
namespace river::schema {
template <>
inline constexpr std::string_view kCapsuleName<const components::otelcol::Authenticator> =
    "otelcol.Handler";
}

/// What the signatures of otelcol components have in common.
namespace components::otelcol {

/// `auth` of clients and listeners, and the `handler` export of otelcol.auth components.
using OtelHandler = river::schema::CapsuleRef<const Authenticator>;

/// What such a component exports.
struct HandlerExports {
  OtelHandler handler;
};
extern const std::span<const river::schema::Field> kHandlerExports;

/// The block `output`: who gets what the component makes of each signal. Empty: nobody.
struct OutputArguments {
  std::vector<OtelConsumer> metrics;
  std::vector<OtelConsumer> logs;
  std::vector<OtelConsumer> traces;
};
extern const river::schema::BlockSchema kOutput;

/// The block `debug_metrics` of the collector's own metrics. They are not here
/// (docs/compatibility.md), so it is read and has no effect.
struct DebugMetrics {
  bool disable_high_cardinality_metrics = true;
  std::string level = "detailed";
};
extern const river::schema::BlockSchema kDebugMetrics;

/// What every component exports that takes data of OTLP.
struct ConsumerExports {
  OtelConsumer input;
};
extern const std::span<const river::schema::Field> kConsumerExports;

}  // namespace components::otelcol
