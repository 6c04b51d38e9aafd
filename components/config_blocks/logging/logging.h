#pragma once
#include "components/component.h"
#include "components/config_blocks/logging/own_lines.h"
#include "components/config_blocks/logging/signature.h"

namespace components::config_blocks::logging {

/// Sets how the whole process logs, and where its lines go besides stderr. Without the block: info,
/// logfmt, nowhere.
class Logging final : public ComponentOf<Arguments> {
 public:
  Logging(const Context& context, const Arguments& arguments);

  base::Result<void> start() override;
  void stop() override;

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  base::Result<void> apply(const Arguments& arguments);

  Arguments arguments_;
  OwnLines own_lines_;
};

}  // namespace components::config_blocks::logging
