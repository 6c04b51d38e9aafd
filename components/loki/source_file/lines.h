#pragma once
#include <cstddef>

#include "components/shared/stamps.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

/// Makes one entry of each line in `batch.buffer` (which ends with a line's end, or with a last
/// line that is to be taken as it is). Line feed and one carriage return before it are left out;
/// empty lines count. Entries get label set 0. Copies nothing.
void add_lines(telemetry::LogBatch& batch, Stamps& stamps);

}  // namespace components::loki::source_file
