#include "components/loki/process/stages/labels.h"

#include <map>

#include "base/text.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "river/schema/text.h"
#include "telemetry/label_tracker.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kLabelsFields[] = {
    schema::attr<&LabelsArgs::values>("values", Need::required,
                                      "Source by label; empty means the same name."),
    schema::attr<&LabelsArgs::source_type>("source_type", Need::optional,
                                           "Where the sources are looked up."),
};

void validate(const LabelsArgs& args, schema::Scope& scope) {
  if (scope.known("source_type") && args.source_type != SourceType::extracted &&
      args.source_type != SourceType::structured_metadata)
    scope.error("source_type", "C083",
                "stage.labels reads \"extracted\" or \"structured_metadata\" only");
  if (!scope.known("values")) return;
  if (args.values.empty()) scope.error("values", "C081", "\"values\" names no label");
  for (const auto& [name, source] : args.values)
    if (!base::is_label_name(name))
      scope.error("values", "C024", "\"{}\" is not a label name", name);
}

using telemetry::Slice;

/// Sets labels from values; equal values on equal label sets give one and the same label set. A
/// label whose value is not there stays as it is, so each combination of labels that have a value
/// has a memo of its own; there are rarely more than two.
class LabelsStage final : public Stage {
 public:
  LabelsStage(const LabelsArgs& args, Build& build)
      : from_metadata_(args.source_type == SourceType::structured_metadata) {
    for (const auto& [name, given] : args.values) {
      const std::string source = given && !given->empty() ? *given : name;
      labels_.push_back({name, source, from_metadata_ ? 0 : build.names.read(source)});
    }
    present_.resize(labels_.size());
  }

  void process(Frame& frame) override {
    std::vector<bool> last_present;
    LabelMemo* memo = nullptr;
    for (const uint32_t row : frame.rows) {
      values_.clear();
      for (size_t i = 0; i < labels_.size(); ++i) {
        const auto value = find(frame, row, labels_[i]);
        present_[i] = value.has_value();
        if (value) values_.push_back(*value);
      }
      if (values_.empty()) continue;
      if (memo == nullptr || present_ != last_present) {
        memo = &memos_[present_];
        last_present = present_;
      }
      memo->apply(frame, row, values_,
                  [&](const telemetry::Labels& old) { return set(frame, old); });
    }
  }

 private:
  struct Label {
    std::string name;
    std::string source;
    Slot slot;
  };

  std::optional<Slice> find(const Frame& frame, uint32_t row, const Label& label) const {
    if (from_metadata_) return frame.metadata(row, label.source);
    if (!frame.has(row, label.slot)) return std::nullopt;
    return frame.cell(row, label.slot);
  }

  telemetry::Labels set(const Frame& frame, const telemetry::Labels& old) const {
    telemetry::LabelsBuilder builder(old);
    size_t next = 0;
    for (size_t i = 0; i < labels_.size(); ++i) {
      if (!present_[i]) continue;
      const std::string_view value = frame.batch.text(values_[next++]);
      if (telemetry::is_utf8(value)) builder.set(labels_[i].name, value);
    }
    return builder.build();
  }

  bool from_metadata_;
  std::vector<Label> labels_;
  std::vector<bool> present_;  // Of the row that is being worked on.
  std::vector<Slice> values_;
  std::map<std::vector<bool>, LabelMemo> memos_;
};

StagePointer make(const LabelsArgs& args, Build& build) {
  return std::make_unique<LabelsStage>(args, build);
}

void track(const LabelsArgs& args, telemetry::LabelTracker& labels) {
  for (const auto& [name, source] : args.values) {
    if (args.source_type == SourceType::extracted)
      labels.set_extracted(name, source && !source->empty() ? *source : name);
    else
      labels.set_from_line(name);
  }
}

}  // namespace

constexpr StageKindOf<LabelsArgs> kLabels =
    stage_kind<LabelsArgs, make, track>("stage.labels", "Sets labels from extracted values.",
                                        schema::schema_of<LabelsArgs, validate>(kLabelsFields));

}  // namespace components::loki::process::stages
