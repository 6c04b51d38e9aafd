#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/sink/codec.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

/// A batch on its way to one endpoint, and which tenant each of its lines is for. The batch itself
/// is shared by all endpoints.
class RoutedBatch final : public sink::Batch {
 public:
  /// Where the lines of one label set go.
  struct Route {
    uint32_t share = 0;  ///< index into shares: the tenant
    bool is_own = true;  ///< the labels name no tenant
    bool has_bad_name =
        false;  ///< they name one that cannot be sent; `share` is the endpoint's own
  };

  /// Lines without the label __tenant_id__ are for the endpoint's own tenant.
  RoutedBatch(std::shared_ptr<const telemetry::LogBatch> batch, const std::string& own_tenant);

  const Route& route(const telemetry::Entry& entry) const { return routes[entry.labels]; }

  std::shared_ptr<const telemetry::LogBatch> logs;
  std::string own_tenant;
  std::vector<Route> routes;  ///< by label set
};

/// A copy of the batch without the lines of these tenants.
std::unique_ptr<RoutedBatch> without(const RoutedBatch& batch,
                                     const std::vector<sink::Share>& tenants);

/// The amount that a line counts for.
sink::Amount amount_of(const telemetry::LogBatch& batch, const telemetry::Entry& entry);

}  // namespace components::loki::write
