#pragma once
#include <memory>
#include <optional>
#include <string>

#include "components/component.h"
#include "components/otelcol/exporter_otlp/signature.h"
#include "components/shared/sink/group.h"
#include "components/shared/sink/settings.h"
#include "io/rpc/status.h"
#include "telemetry/otlp_batch.h"

namespace components::otelcol::exporter_otlp {

/// otelcol.exporter.otlp: an endpoint for each signal (shared/export), over gRPC.
class Exporter final : public sink::GroupComponent<Arguments> {
 public:
  Exporter(Context context, const Arguments& arguments);

 protected:
  base::Result<void> update(const Arguments& arguments) override;
};

/// A way to the server's Export service of a signal, over a connection of its own. The path of
/// requests is not used.
std::unique_ptr<sink::Transport> connect(const ClientArguments& client, telemetry::Signal signal);

/// What the status of a call means as an answer of HTTP (OTLP specification, "Failures", and
/// RetryInfo as Retry-After). Nothing for one that says that no answer came.
std::optional<io::http::Response> answer_of(const io::rpc::Status& status, std::string response);

}  // namespace components::otelcol::exporter_otlp
