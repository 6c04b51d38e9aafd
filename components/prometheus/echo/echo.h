#pragma once
#include <string>

#include "components/component.h"
#include "components/prometheus/echo/signature.h"
#include "telemetry/sample_batch.h"

namespace components::prometheus::echo {

/// prometheus.echo: each sample becomes one line of the agent's log, at level info.
class Echo final : public ComponentOf<Arguments> {
 public:
  Echo(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override {}

 protected:
  base::Result<void> update(const Arguments&) override { return {}; }
};

/// A sample as a line of the text format, with its time: name{label="value"} 1.5 1700000000000. A
/// marker is shown as `stale`.
std::string describe(const telemetry::SampleBatch& batch, const telemetry::Sample& sample);

}  // namespace components::prometheus::echo
