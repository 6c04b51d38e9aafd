#pragma once
#include "components/loki/process/labels/signature.h"
#include "river/schema/field.h"

namespace components::loki::process::truncate {

using labels::SourceType;

struct Rule {
  river::schema::ByteSize limit;
  std::string suffix;
  std::vector<std::string> sources;
  SourceType source_type = SourceType::line;
};

struct Args {
  std::vector<Rule> rule;
};

inline constexpr std::string_view kDoc = "Cuts what is too long.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::truncate
