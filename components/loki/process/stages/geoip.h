#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

struct GeoipArgs {
  std::string db;
  std::optional<std::string> source;
  std::string db_type;
  std::map<std::string, std::string> custom_lookups;
};

extern const StageKindOf<GeoipArgs> kGeoip;

}  // namespace components::loki::process::stages
