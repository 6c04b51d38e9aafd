#include "agent/builders.h"

namespace agent {

std::span<const components::Builder> builders() {
  static const std::vector<components::Builder> all = {};
  return all;
}

}  // namespace agent
