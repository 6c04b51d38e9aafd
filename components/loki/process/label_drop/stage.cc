#include "components/loki/process/label_filter.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {

StagePointer make_stage(const label_drop::Args& args, Build&) {
  return std::make_unique<LabelFilterStage>(args.values, false);
}

}  // namespace components::loki::process
