#include <algorithm>

#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

class StructuredMetadataDropStage final : public Stage {
 public:
  explicit StructuredMetadataDropStage(const structured_metadata_drop::Args& args)
      : names_(args.values) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows)
      frame.erase_metadata_if(row, [&](const telemetry::Metadata& pair) {
        return std::find(names_.begin(), names_.end(), frame.batch.text(pair.name)) != names_.end();
      });
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace

StagePointer make_stage(const structured_metadata_drop::Args& args, Build&) {
  return std::make_unique<StructuredMetadataDropStage>(args);
}

}  // namespace components::loki::process
