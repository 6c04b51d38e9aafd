#pragma once
#include "river/schema/field.h"

namespace components::loki::process::labels {

/// Where a stage finds the values that it names.
enum class SourceType { extracted, label, line, structured_metadata };

struct Args {
  std::map<std::string, std::optional<std::string>> values;
  SourceType source_type = SourceType::extracted;
};

inline constexpr std::string_view kDoc = "Sets labels from extracted values.";
extern const river::schema::BlockSchema kSchema;

}  // namespace components::loki::process::labels

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::labels::SourceType>
    kEnumNames<components::loki::process::labels::SourceType>[] = {
        {"extracted", components::loki::process::labels::SourceType::extracted},
        {"label", components::loki::process::labels::SourceType::label},
        {"line", components::loki::process::labels::SourceType::line},
        {"structured_metadata", components::loki::process::labels::SourceType::structured_metadata},
};
}  // namespace river::schema
