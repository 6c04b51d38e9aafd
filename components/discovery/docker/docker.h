#pragma once
#include <memory>

#include "components/component.h"
#include "components/discovery/docker/signature.h"
#include "components/discovery/docker/watch.h"

namespace components::discovery::docker {

/// discovery.docker: exports what a Watch finds. It has no thread: the agent's loop does the work.
class Docker final : public ComponentOf<Arguments> {
 public:
  Docker(Context context, const Arguments& arguments);
  ~Docker() override { stop(); }

  base::Result<void> start() override;
  void stop() override;
  Health health() const override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  const Arguments initial_;
  std::shared_ptr<base::metrics::Counter> failures_;
  std::shared_ptr<Watch> watch_;  // While started.
};

}  // namespace components::discovery::docker
