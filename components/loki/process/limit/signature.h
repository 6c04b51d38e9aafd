#pragma once
#include "river/schema/field.h"

namespace components::loki::process::limit {

struct Args {
  double rate = 0;
  int64_t burst = 0;
  bool drop = false;
  std::string by_label_name;
  int64_t max_distinct_labels = 0;
};

inline constexpr std::string_view kDoc = "Limits how many entries pass in a second.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::limit
