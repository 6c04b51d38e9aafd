#pragma once
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "river/schema/field.h"

/// pyroscope.enrich adds labels of discovered targets to profiles.
namespace components::pyroscope::enrich {

struct Arguments {
  river::schema::Targets targets;
  std::string target_match_label;
  std::string profiles_match_label;
  std::vector<std::string> labels_to_copy;
  std::vector<ProfilesReceiver> forward_to;
};

struct Exports {
  ProfilesReceiver receiver;
};

extern const river::schema::Signature kSignature;

}  // namespace components::pyroscope::enrich
