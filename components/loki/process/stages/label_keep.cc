#include "components/loki/process/stages/label_keep.h"

#include "components/loki/process/stages/label_filter.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kLabelKeepFields[] = {
    schema::attr<&LabelKeepArgs::values>("values", Need::required, "Names of the labels."),
};

void validate(const LabelKeepArgs& args, schema::Scope& scope) {
  if (scope.known("values") && args.values.empty())
    scope.error("values", "C081", "\"values\" names no label");
}

StagePointer make(const LabelKeepArgs& args, Build&) {
  return std::make_unique<LabelFilterStage>(args.values, true);
}

}  // namespace

constexpr StageKindOf<LabelKeepArgs> kLabelKeep =
    stage_kind<LabelKeepArgs, make>("stage.label_keep", "Removes all other labels.",
                                    schema::schema_of<LabelKeepArgs, validate>(kLabelKeepFields));

}  // namespace components::loki::process::stages
