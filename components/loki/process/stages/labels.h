#pragma once
#include "components/loki/process/stages/kind.h"

namespace components::loki::process::stages {

/// Where a stage finds the values that it names.
enum class SourceType { extracted, label, line, structured_metadata };

struct LabelsArgs {
  std::map<std::string, std::optional<std::string>> values;
  SourceType source_type = SourceType::extracted;
};

extern const StageKindOf<LabelsArgs> kLabels;

}  // namespace components::loki::process::stages

namespace river::schema {
template <>
inline constexpr EnumName<components::loki::process::stages::SourceType>
    kEnumNames<components::loki::process::stages::SourceType>[] = {
        {"extracted", components::loki::process::stages::SourceType::extracted},
        {"label", components::loki::process::stages::SourceType::label},
        {"line", components::loki::process::stages::SourceType::line},
        {"structured_metadata", components::loki::process::stages::SourceType::structured_metadata},
};
}  // namespace river::schema
