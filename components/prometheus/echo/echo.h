#pragma once
#include <string>

#include "components/prometheus/echo/signature.h"
#include "components/shared/echo.h"
#include "telemetry/sample_batch.h"

namespace components::prometheus::echo {

/// prometheus.echo: each sample becomes one line of the agent's log.
class Echo final : public EchoComponent<Arguments, Exports, telemetry::SampleBatch> {
 public:
  Echo(const Context& context, const Arguments& arguments);
};

/// A sample as a line of the text format, with its time: name{label="value"} 1.5 1700000000000. A
/// marker is shown as `stale`.
std::string describe(const telemetry::SampleBatch& batch, const telemetry::Sample& sample);

}  // namespace components::prometheus::echo
