#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct OutputArgs {
  std::string source;
};

namespace {

constexpr schema::Field kOutputFields[] = {
    schema::attr<&OutputArgs::source>("source", Need::required, "Extracted value to take."),
};

class OutputStage final : public Stage {
 public:
  OutputStage(const OutputArgs& args, Build& build) : slot_(build.names.read(args.source)) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      if (frame.has(row, slot_)) frame.entry(row).line = frame.cell(row, slot_);
  }

 private:
  Slot slot_;
};

StagePointer make(const OutputArgs& args, Build& build) {
  return std::make_unique<OutputStage>(args, build);
}

}  // namespace

constexpr StageKindOf<OutputArgs> kOutput = stage_kind<OutputArgs, make, track_line_change>(
    "stage.output", "Makes an extracted value the line.", schema::schema_of(kOutputFields));

}  // namespace components::loki::process::stages
