#pragma once
#include <memory>

#include "components/discovery/docker/signature.h"
#include "components/discovery/shared/discovery.h"

namespace components::discovery::docker {

/// discovery.docker: exports what a Watch finds.
class Docker final : public Discovery<Arguments, Exports> {
 public:
  Docker(Context context, const Arguments& arguments);

 private:
  base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) override;

  std::shared_ptr<base::metrics::Counter> failures_;
};

}  // namespace components::discovery::docker
