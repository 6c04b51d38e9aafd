#pragma once
#include <string>

#include "components/prometheus/shared/signature.h"

namespace components::prometheus::exporter_static {

struct Arguments {
  std::string text;
};

extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::exporter_static
