#include "components/loki/process/stages/kind.h"

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/labels.h"
#include "components/loki/process/stages/limit.h"
#include "components/loki/process/stages/match.h"
#include "components/loki/process/stages/metrics.h"
#include "components/loki/process/stages/pattern.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;

namespace {

/// A kind of stage as a block of a StageList.
template <const auto& kKind>
schema::Field stage_block() {
  schema::Field field;
  field.name = kKind.name;
  field.doc = kKind.doc;
  field.form = schema::Form::block;
  field.repeats = true;
  field.variant = true;
  field.schema = &kKind.schema;
  field.open = [](void* object) {
    return static_cast<StageList*>(object)->emplace_back(kKind).data();
  };
  field.occurrences = [](const void* object) {
    std::vector<schema::Occurrence> found;
    for (const StageArgs& stage : *static_cast<const StageList*>(object))
      if (stage.is(kKind)) found.push_back({stage.data(), &stage});
    return found;
  };
  return field;
}

// One line a stage; the order is that of the catalogue.
// clang-format off
const schema::Field kBlocks[] = {
    stage_block<kCri>(),
    stage_block<kDecolorize>(),
    stage_block<kDocker>(),
    stage_block<kDrop>(),
    stage_block<kEventLogMessage>(),
    stage_block<kGeoip>(),
    stage_block<kJson>(),
    stage_block<kLabelDrop>(),
    stage_block<kLabelKeep>(),
    stage_block<kLabels>(),
    stage_block<kLimit>(),
    stage_block<kLogfmt>(),
    stage_block<kLuhn>(),
    stage_block<kMatch>(),
    stage_block<kMetrics>(),
    stage_block<kMultiline>(),
    stage_block<kOutput>(),
    stage_block<kPack>(),
    stage_block<kPattern>(),
    stage_block<kRegex>(),
    stage_block<kReplace>(),
    stage_block<kSampling>(),
    stage_block<kSplitJson>(),
    stage_block<kStaticLabels>(),
    stage_block<kStructuredMetadata>(),
    stage_block<kStructuredMetadataDrop>(),
    stage_block<kTemplate>(),
    stage_block<kTenant>(),
    stage_block<kTimestamp>(),
    stage_block<kTruncate>(),
    stage_block<kWindowsEvent>(),
};
// clang-format on

}  // namespace

const schema::BlockSchema kStageBlocks = schema::schema_of(kBlocks);

StagePointer StageArgs::make(Build& build) const {
  return kind_->make != nullptr ? kind_->make(args_.get(), build) : nullptr;
}

void StageArgs::track(telemetry::LabelTracker& labels) const {
  if (kind_->track != nullptr) kind_->track(args_.get(), labels);
}

void track(const StageList& stages, telemetry::LabelTracker& labels) {
  for (size_t i = 0; i < stages.size(); ++i) {
    labels.stage(i);
    stages[i].track(labels);
  }
}

void note_extraction(telemetry::LabelTracker& labels) {
  labels.extract();
}

void note_drop(telemetry::LabelTracker& labels) {
  labels.touch_lines(telemetry::LabelTracker::LineEffect::drops);
}

void note_line_change(telemetry::LabelTracker& labels) {
  labels.touch_lines(telemetry::LabelTracker::LineEffect::changes);
}

}  // namespace components::loki::process::stages
