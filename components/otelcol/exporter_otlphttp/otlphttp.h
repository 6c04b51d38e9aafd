#pragma once
#include "components/component.h"
#include "components/otelcol/exporter_otlphttp/signature.h"
#include "components/shared/sink/group.h"

namespace components::otelcol::exporter_otlphttp {

/// otelcol.exporter.otlphttp: an endpoint for each signal (shared/export).
class Exporter final : public sink::GroupComponent<Arguments> {
 public:
  Exporter(Context context, const Arguments& arguments);

 protected:
  base::Result<void> update(const Arguments& arguments) override;
};

}  // namespace components::otelcol::exporter_otlphttp
