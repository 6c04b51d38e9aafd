#pragma once
#include "components/component.h"
#include "components/prometheus/remote_write/signature.h"
#include "components/shared/sink/group.h"

namespace components::prometheus::remote_write {

/// prometheus.remote_write: gives each batch of samples to all of its endpoints (sink/group.h).
class Write final : public sink::GroupComponent<Arguments> {
 public:
  Write(Context context, const Arguments& arguments);

 protected:
  base::Result<void> update(const Arguments& arguments) override;
};

}  // namespace components::prometheus::remote_write
