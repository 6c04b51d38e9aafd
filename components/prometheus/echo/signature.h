#pragma once
#include "components/shared/capsules.h"
#include "river/schema/field.h"

/// prometheus.echo shows the samples that it gets in the agent's log.
namespace components::prometheus::echo {

enum class Format { text, open_metrics };

struct Arguments {
  Format format = Format::text;
};

struct Exports {
  MetricsReceiver receiver;
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::echo

namespace river::schema {
template <>
inline constexpr EnumName<components::prometheus::echo::Format>
    kEnumNames<components::prometheus::echo::Format>[] = {
        {"text", components::prometheus::echo::Format::text},
        {"openmetrics", components::prometheus::echo::Format::open_metrics},
};
}  // namespace river::schema
