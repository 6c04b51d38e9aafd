#pragma once
#include <string>

#include "components/otelcol/shared/signature.h"

/// otelcol.auth.bearer has a token, for clients and for listeners.
namespace components::otelcol::auth_bearer {

struct Arguments {
  std::string scheme = "Bearer";
  base::Secret token;
  std::string header = "Authorization";
  DebugMetrics debug_metrics;
};

extern const river::schema::Signature kSignature;

}  // namespace components::otelcol::auth_bearer
