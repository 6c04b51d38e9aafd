#include "agent/builders.h"

#include "components/loki/echo/echo.h"
#include "components/loki/relabel/relabel.h"

namespace agent {

std::span<const components::Builder> builders() {
  static const std::vector<components::Builder> all = {
      components::builder<components::loki::echo::Echo, components::loki::echo::Arguments>(
          components::loki::echo::kSignature),
      components::builder<components::loki::relabel::Relabel, components::loki::relabel::Arguments>(
          components::loki::relabel::kSignature),
  };
  return all;
}

}  // namespace agent
