#pragma once
#include "components/prometheus/shared/signature.h"

namespace components::prometheus::exporter_self {

struct Arguments {};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::exporter_self
