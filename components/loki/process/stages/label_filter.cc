#include <algorithm>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"

/// stage.label_drop and stage.label_keep.
namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct LabelNames {
  std::vector<std::string> values;
};
struct LabelDropArgs : LabelNames {};
struct LabelKeepArgs : LabelNames {};

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Removes labels by name: those that are listed, or (`keep`) those that are not.
class LabelFilterStage final : public Stage {
 public:
  LabelFilterStage(std::vector<std::string> names, bool keep)
      : names_(std::move(names)), keep_(keep) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      memo_.apply(frame, row, {}, [&](const telemetry::Labels& old) {
        std::vector<telemetry::Label> left = old.all();
        std::erase_if(left, [&](const telemetry::Label& label) {
          return contains(names_, label.first) != keep_;
        });
        return telemetry::Labels(std::move(left));
      });
  }

 private:
  std::vector<std::string> names_;
  bool keep_;
  LabelMemo memo_;
};

constexpr schema::Field kLabelNamesFields[] = {
    schema::attr<&LabelNames::values>("values", Need::required, "Names of the labels."),
};

template <class Args>
void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("values") && args.values.empty())
    scope.error("values", "C081", "\"values\" names no label");
}

StagePointer make(const LabelDropArgs& args, Build&) {
  return std::make_unique<LabelFilterStage>(args.values, false);
}

StagePointer make(const LabelKeepArgs& args, Build&) {
  return std::make_unique<LabelFilterStage>(args.values, true);
}

void track(const LabelDropArgs& args, telemetry::LabelTracker& labels) {
  labels.erase_if([&](const std::string& name) { return contains(args.values, name); });
}

void track(const LabelKeepArgs& args, telemetry::LabelTracker& labels) {
  labels.erase_if([&](const std::string& name) { return !contains(args.values, name); });
}

}  // namespace

constexpr StageKindOf<LabelDropArgs> kLabelDrop = stage_kind<LabelDropArgs, make, track>(
    "stage.label_drop", "Removes labels.",
    schema::schema_of<LabelDropArgs, validate>(kLabelNamesFields));

constexpr StageKindOf<LabelKeepArgs> kLabelKeep = stage_kind<LabelKeepArgs, make, track>(
    "stage.label_keep", "Removes all other labels.",
    schema::schema_of<LabelKeepArgs, validate>(kLabelNamesFields));

}  // namespace components::loki::process::stages
