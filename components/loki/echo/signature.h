#pragma once
#include "components/shared/capsules.h"
#include "river/schema/field.h"

namespace components::loki::echo {

struct Arguments {};

struct Exports {
  LogsReceiver receiver;
};

extern const river::schema::Signature kSignature;

}  // namespace components::loki::echo
