#pragma once
#include <string>

#include "components/loki/echo/signature.h"
#include "components/shared/echo.h"
#include "telemetry/log_batch.h"

namespace components::loki::echo {

/// loki.echo: each entry becomes one line of the agent's log.
class Echo final : public EchoComponent<Arguments, Exports, telemetry::LogBatch> {
 public:
  Echo(const Context& context, const Arguments& arguments);
};

/// What is logged of one entry: its timestamp, labels, structured metadata (as JSON) and line.
std::string describe(const telemetry::LogBatch& batch, const telemetry::Entry& entry);

}  // namespace components::loki::echo
