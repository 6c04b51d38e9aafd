#pragma once
#include "components/component.h"
#include "components/loki/write/signature.h"
#include "components/shared/sink/group.h"

namespace components::loki::write {

/// Loki's push protocol, as a group of endpoints needs it.
extern const sink::Protocol kProtocol;

/// loki.write: gives each batch to all of its endpoints (sink/group.h).
class Write final : public sink::GroupComponent<Arguments> {
 public:
  Write(Context context, const Arguments& arguments);

 protected:
  base::Result<void> update(const Arguments& arguments) override;
};

}  // namespace components::loki::write
