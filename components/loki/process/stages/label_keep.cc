#include "components/loki/process/stages/label_keep.h"

#include <algorithm>

#include "components/loki/process/stages/label_filter.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"

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

void track(const LabelKeepArgs& args, telemetry::LabelTracker& labels) {
  labels.erase_if([&](const std::string& name) {
    return std::find(args.values.begin(), args.values.end(), name) == args.values.end();
  });
}

}  // namespace

constexpr StageKindOf<LabelKeepArgs> kLabelKeep = stage_kind<LabelKeepArgs, make, track>(
    "stage.label_keep", "Removes all other labels.",
    schema::schema_of<LabelKeepArgs, validate>(kLabelKeepFields));

}  // namespace components::loki::process::stages
