#include "components/loki/process/label_filter.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {

StagePointer make_stage(const label_keep::Args& args, Build&) {
  return std::make_unique<LabelFilterStage>(args.values, true);
}

}  // namespace components::loki::process
