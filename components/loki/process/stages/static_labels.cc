#include "base/text.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "river/schema/text.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct StaticLabelsArgs {
  std::map<std::string, std::optional<std::string>> values;
};

namespace {

constexpr schema::Field kStaticLabelsFields[] = {
    schema::attr<&StaticLabelsArgs::values>("values", Need::required,
                                            "Value by label; empty ones are ignored."),
};

void validate(const StaticLabelsArgs& args, schema::Scope& scope) {
  if (!scope.known("values")) return;
  if (args.values.empty()) scope.error("values", "C081", "\"values\" names no label");
  for (const auto& [name, value] : args.values)
    if (!base::is_label_name(name))
      scope.error("values", "C024", "\"{}\" is not a label name", name);
}

class StaticLabelsStage final : public Stage {
 public:
  explicit StaticLabelsStage(const StaticLabelsArgs& args) {
    for (const auto& [name, value] : args.values)
      if (value && !value->empty()) labels_.emplace_back(name, *value);
  }

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      memo_.apply(frame, row, {}, [&](const telemetry::Labels& old) {
        telemetry::LabelsBuilder builder(old);
        for (const auto& [name, value] : labels_) builder.set(name, value);
        return builder.build();
      });
  }

 private:
  std::vector<telemetry::Label> labels_;
  LabelMemo memo_;
};

StagePointer make(const StaticLabelsArgs& args, Build&) {
  return std::make_unique<StaticLabelsStage>(args);
}

void track(const StaticLabelsArgs& args, telemetry::LabelTracker& labels) {
  for (const auto& [name, value] : args.values)
    if (value && !value->empty()) labels.set(name, *value);
}

}  // namespace

constexpr StageKindOf<StaticLabelsArgs> kStaticLabels = stage_kind<StaticLabelsArgs, make, track>(
    "stage.static_labels", "Sets labels to fixed values.",
    schema::schema_of<StaticLabelsArgs, validate>(kStaticLabelsFields));

}  // namespace components::loki::process::stages
