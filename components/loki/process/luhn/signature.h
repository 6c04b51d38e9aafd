#pragma once
#include "river/schema/field.h"

namespace components::loki::process::luhn {

struct Args {
  std::string replacement = "**REDACTED**";
  std::optional<std::string> source;
  int64_t min_length = 13;
  std::string delimiters;
  river::schema::Regex skip_regex;
};

inline constexpr std::string_view kDoc =
    "Masks digits that pass the Luhn check, as card numbers do.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::luhn
