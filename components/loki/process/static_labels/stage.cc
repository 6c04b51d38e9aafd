#include "components/loki/process/label_memo.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

class StaticLabelsStage final : public Stage {
 public:
  explicit StaticLabelsStage(const static_labels::Args& args) {
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

}  // namespace

StagePointer make_stage(const static_labels::Args& args, Build&) {
  return std::make_unique<StaticLabelsStage>(args);
}

}  // namespace components::loki::process
