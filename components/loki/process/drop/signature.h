#pragma once
#include "river/schema/field.h"

namespace components::loki::process::drop {

struct Args {
  std::string drop_counter_reason = "drop_stage";
  std::string source;
  std::string value;
  std::string separator = ";";
  river::schema::Regex expression;
  river::schema::Duration older_than;
  river::schema::ByteSize longer_than;
};

inline constexpr std::string_view kDoc = "Drops entries for which all given conditions hold.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::drop
