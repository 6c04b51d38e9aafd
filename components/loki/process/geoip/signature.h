#pragma once
#include "river/schema/field.h"

namespace components::loki::process::geoip {

struct Args {
  std::string db;
  std::optional<std::string> source;
  std::string db_type;
  std::map<std::string, std::string> custom_lookups;
};

inline constexpr std::string_view kDoc = "Looks an address up in a MaxMind database.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::geoip
