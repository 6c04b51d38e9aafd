#pragma once
#include "components/component.h"
#include "components/loki/echo/signature.h"
#include "telemetry/log_batch.h"

namespace components::loki::echo {

/// loki.echo: each entry becomes one line of the agent's log, at level info.
class Echo final : public ComponentOf<Arguments> {
 public:
  Echo(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override {}

 protected:
  base::Result<void> update(const Arguments&) override { return {}; }
};

/// What is logged of one entry: its timestamp, labels, structured metadata (as JSON) and line.
std::string describe(const telemetry::LogBatch& batch, const telemetry::Entry& entry);

}  // namespace components::loki::echo
