#pragma once
#include "components/loki/process/signature.h"
#include "components/loki/process/stage.h"

namespace components::loki::process {

// One of these stands in the folder of each stage. nullptr: the stage has no effect.
StagePointer make_stage(const cri::Args& args, Build& build);
StagePointer make_stage(const decolorize::Args& args, Build& build);
StagePointer make_stage(const docker::Args& args, Build& build);
StagePointer make_stage(const drop::Args& args, Build& build);
StagePointer make_stage(const eventlogmessage::Args& args, Build& build);
StagePointer make_stage(const json::Args& args, Build& build);
StagePointer make_stage(const label_drop::Args& args, Build& build);
StagePointer make_stage(const label_keep::Args& args, Build& build);
StagePointer make_stage(const labels::Args& args, Build& build);
StagePointer make_stage(const limit::Args& args, Build& build);
StagePointer make_stage(const logfmt::Args& args, Build& build);
StagePointer make_stage(const match::Args& args, Build& build);
StagePointer make_stage(const multiline::Args& args, Build& build);
StagePointer make_stage(const output::Args& args, Build& build);
StagePointer make_stage(const pack::Args& args, Build& build);
StagePointer make_stage(const pattern::Args& args, Build& build);
StagePointer make_stage(const regex::Args& args, Build& build);
StagePointer make_stage(const replace::Args& args, Build& build);
StagePointer make_stage(const sampling::Args& args, Build& build);
StagePointer make_stage(const split_json::Args& args, Build& build);
StagePointer make_stage(const static_labels::Args& args, Build& build);
StagePointer make_stage(const structured_metadata::Args& args, Build& build);
StagePointer make_stage(const structured_metadata_drop::Args& args, Build& build);
StagePointer make_stage(const template_::Args& args, Build& build);
StagePointer make_stage(const tenant::Args& args, Build& build);
StagePointer make_stage(const timestamp::Args& args, Build& build);
StagePointer make_stage(const truncate::Args& args, Build& build);
StagePointer make_stage(const windowsevent::Args& args, Build& build);

/// The stages of a list; those without effect are left out.
Stages make_stages(const std::vector<StageArgs>& list, Build& build);

}  // namespace components::loki::process
