#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "components/otelcol/shared/export/signature.h"
#include "components/otelcol/shared/signature.h"
#include "components/shared/sink/settings.h"
#include "river/value.h"
#include "telemetry/otlp_batch.h"
#include "telemetry/wire/content_coding.h"

namespace components::otelcol {

/// What sending one signal to one server needs to know. Each signal has an endpoint of its own, so
/// that a store of traces that is down holds up neither metrics nor logs.
struct ExportSettings final : sink::Settings {
  telemetry::Signal signal = telemetry::Signal::traces;
  bool is_json = false;
  telemetry::wire::Coding coding = telemetry::wire::Coding::gzip;
  size_t items_per_request = 0;
  std::shared_ptr<const Authenticator> auth;  ///< may be null
  river::Value arguments;                     ///< what all of it was made from

  /// Makes the way to the server, when it is not HTTP.
  std::function<std::unique_ptr<sink::Transport>()> connector;

  std::unique_ptr<sink::Transport> connect() const override {
    return connector ? connector() : sink::Settings::connect();
  }
  base::Result<void> sign(io::http::Headers& headers) const override;
  io::http::Headers protocol_headers(const std::string& /*lane*/) const override { return {}; }
  bool equals(const sink::Settings& other) const override {
    return arguments == static_cast<const ExportSettings&>(other).arguments;
  }
};
using ExportSettingsPtr = std::shared_ptr<const ExportSettings>;

/// "traces", "metrics" or "logs".
std::string_view name_of(telemetry::Signal signal);

/// What its items are counted in (telemetry::Flow).
std::string_view unit_of(telemetry::Signal signal);

telemetry::wire::Coding coding_of(Compression compression);

/// Fills in what queue and retries say, and the names of the signal.
void apply(const QueueArguments& queue, const RetryArguments& retry, ExportSettings& settings);

}  // namespace components::otelcol
