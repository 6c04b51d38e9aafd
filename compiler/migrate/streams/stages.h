#pragma once
#include <vector>

#include "compiler/migrate/streams/sample.h"
#include "components/loki/process/stages/kind.h"

namespace compiler::migrate::streams {

/// What the stages of a loki.process make of an entry's labels: several samples where a stage.match
/// may hold or not. What a stage takes from the line can be anything, or absent. Answers without
/// samples that are dropped for certain.
std::vector<Sample> through_stages(const components::loki::process::stages::StageList& stages,
                                   Sample sample);

}  // namespace compiler::migrate::streams
