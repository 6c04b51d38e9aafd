#pragma once
#include <memory>

#include "components/component.h"
#include "components/pyroscope/enrich/signature.h"
#include "components/pyroscope/shared/rewriter.h"

namespace components::pyroscope::enrich {

/// pyroscope.enrich: a receiver that looks up the target of each label set, once while it is
/// remembered.
class Enrich final : public ComponentOf<Arguments> {
 public:
  Enrich(Context context, const Arguments& arguments);

  base::Result<void> start() override { return {}; }
  void stop() override { rewriter_->close(); }

 protected:
  base::Result<void> update(const Arguments& arguments) override;

 private:
  Context context_;
  std::shared_ptr<Rewriter> rewriter_;
};

}  // namespace components::pyroscope::enrich
