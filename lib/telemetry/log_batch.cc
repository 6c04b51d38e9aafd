#include "telemetry/log_batch.h"

namespace telemetry {

uint32_t LogBatch::intern(const Labels& labels) {
  // From the end: lines of one stream come in runs.
  for (size_t i = label_sets.size(); i-- > 0;)
    if (label_sets[i] == labels) return static_cast<uint32_t>(i);
  label_sets.push_back(labels);
  return static_cast<uint32_t>(label_sets.size() - 1);
}

}  // namespace telemetry
