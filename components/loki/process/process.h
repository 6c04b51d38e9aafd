#pragma once
#include "components/component.h"
#include "components/loki/process/processor.h"
#include "components/loki/process/signature.h"

namespace components::loki::process {

/// loki.process: stages over log entries.
class Process final : public ComponentOf<Arguments> {
 public:
  Process(Context context, const Arguments& arguments);

  base::Result<void> start() override { return processor_->start(); }
  void stop() override { processor_->close(); }
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Processor> processor_;
  river::Value stages_;  // What the pipeline was built of.
  std::string problem_;  // Of that pipeline: what it misses of the machine.
};

}  // namespace components::loki::process
