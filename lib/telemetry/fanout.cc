#include "telemetry/fanout.h"

namespace telemetry {

void Fanout::receive(LogBatch batch) {
  const auto next = next_.get();
  if (!next || next->empty()) return;
  for (size_t i = 0; i + 1 < next->size(); ++i) (*next)[i]->receive(batch);
  next->back()->receive(std::move(batch));
}

}  // namespace telemetry
