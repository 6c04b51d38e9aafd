#pragma once
#include "components/component.h"
#include "components/pyroscope/write/signature.h"
#include "components/shared/sink/group.h"

namespace components::pyroscope::write {

/// pyroscope.write: gives each batch of profiles to all of its endpoints (sink/group.h).
class Write final : public sink::GroupComponent<Arguments> {
 public:
  Write(Context context, const Arguments& arguments);

 protected:
  base::Result<void> update(const Arguments& arguments) override;
};

}  // namespace components::pyroscope::write
