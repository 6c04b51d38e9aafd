#include "migrate/labels/family.h"

#include "base/ensure.h"

namespace migrate {

std::string_view name(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::none:
      return "none";
    case Mechanism::syslog:
      return "syslog";
    case Mechanism::transitional:
      return "transitional";
    case Mechanism::docker:
      return "docker";
    case Mechanism::journal:
      return "journal";
    case Mechanism::file:
      return "file";
    case Mechanism::foreign:
      return "foreign";
  }
  ENSURE(false);
  return {};
}

}  // namespace migrate
