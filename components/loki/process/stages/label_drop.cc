#include "components/loki/process/stages/label_drop.h"

#include <algorithm>

#include "components/loki/process/stages/label_filter.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kLabelDropFields[] = {
    schema::attr<&LabelDropArgs::values>("values", Need::required, "Names of the labels."),
};

void validate(const LabelDropArgs& args, schema::Scope& scope) {
  if (scope.known("values") && args.values.empty())
    scope.error("values", "C081", "\"values\" names no label");
}

StagePointer make(const LabelDropArgs& args, Build&) {
  return std::make_unique<LabelFilterStage>(args.values, false);
}

void track(const LabelDropArgs& args, telemetry::LabelTracker& labels) {
  labels.erase_if([&](const std::string& name) {
    return std::find(args.values.begin(), args.values.end(), name) != args.values.end();
  });
}

}  // namespace

constexpr StageKindOf<LabelDropArgs> kLabelDrop = stage_kind<LabelDropArgs, make, track>(
    "stage.label_drop", "Removes labels.",
    schema::schema_of<LabelDropArgs, validate>(kLabelDropFields));

}  // namespace components::loki::process::stages
