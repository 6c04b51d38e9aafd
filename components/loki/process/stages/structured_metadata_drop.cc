#include <algorithm>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct StructuredMetadataDropArgs {
  std::vector<std::string> values;
};

namespace {

constexpr schema::Field kStructuredMetadataDropFields[] = {
    schema::attr<&StructuredMetadataDropArgs::values>("values", Need::required, "Names to remove."),
};

class StructuredMetadataDropStage final : public Stage {
 public:
  explicit StructuredMetadataDropStage(const StructuredMetadataDropArgs& args)
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

StagePointer make(const StructuredMetadataDropArgs& args, Build&) {
  return std::make_unique<StructuredMetadataDropStage>(args);
}

}  // namespace

constexpr StageKindOf<StructuredMetadataDropArgs> kStructuredMetadataDrop =
    stage_kind<StructuredMetadataDropArgs, make, track_line_change>(
        "stage.structured_metadata_drop", "Removes structured metadata.",
        schema::schema_of(kStructuredMetadataDropFields));

}  // namespace components::loki::process::stages
