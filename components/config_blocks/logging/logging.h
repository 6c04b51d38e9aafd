#pragma once
#include "components/component.h"
#include "components/config_blocks/logging/signature.h"

namespace components::config_blocks::logging {

/// Sets how the whole process logs. Without the block: info, logfmt.
class Logging final : public ComponentOf<Arguments> {
 public:
  Logging(const Context& context, const Arguments& arguments);

  base::Result<void> start() override;
  void stop() override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Arguments arguments_;
};

}  // namespace components::config_blocks::logging
