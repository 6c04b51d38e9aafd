#pragma once
#include "river/schema/field.h"

namespace components::loki::process {

/// What stage.eventlogmessage and stage.windowsevent take.
struct EventArgs {
  std::string source = "message";
  bool drop_invalid_labels = false;
  bool overwrite_existing = false;
};

inline constexpr river::schema::Field kEventFields[] = {
    river::schema::attr<&EventArgs::source>("source", river::schema::Need::optional,
                                            "Extracted value to parse."),
    river::schema::attr<&EventArgs::drop_invalid_labels>(
        "drop_invalid_labels", river::schema::Need::optional,
        "Drop names that are no label names instead of changing them."),
    river::schema::attr<&EventArgs::overwrite_existing>(
        "overwrite_existing", river::schema::Need::optional,
        "Replace extracted values of the same name."),
};

inline constexpr river::schema::BlockSchema kEvent = river::schema::schema_of(kEventFields);

}  // namespace components::loki::process
