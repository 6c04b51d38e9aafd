#pragma once
#include <span>

#include "river/schema/field.h"

namespace components::prometheus {

/// What every prometheus.exporter.* exports.
struct ExporterExports {
  river::schema::Targets targets;
};

extern const std::span<const river::schema::Field> kExporterExports;

}  // namespace components::prometheus
