#pragma once
#include <algorithm>

#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

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
          const bool listed = std::find(names_.begin(), names_.end(), label.first) != names_.end();
          return listed != keep_;
        });
        return telemetry::Labels(std::move(left));
      });
  }

 private:
  std::vector<std::string> names_;
  bool keep_;
  LabelMemo memo_;
};

}  // namespace components::loki::process::stages
