#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

class OutputStage final : public Stage {
 public:
  OutputStage(const output::Args& args, Build& build) : slot_(build.names.read(args.source)) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      if (frame.has(row, slot_)) frame.entry(row).line = frame.cell(row, slot_);
  }

 private:
  Slot slot_;
};

}  // namespace

StagePointer make_stage(const output::Args& args, Build& build) {
  return std::make_unique<OutputStage>(args, build);
}

}  // namespace components::loki::process
