#include "components/loki/write/routing.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "components/loki/write/settings.h"
#include "telemetry/wire/loki_push.h"

namespace components::loki::write {
namespace {}  // namespace

RoutedBatch::RoutedBatch(std::shared_ptr<const telemetry::LogBatch> batch, const std::string& own)
    : logs(std::move(batch)), own_tenant(own), routes(logs->label_sets.size()) {
  std::unordered_map<std::string_view, uint32_t> places;  // Of tenants in `shares`.
  std::vector<bool> is_known(routes.size());
  for (const telemetry::Entry& entry : logs->entries) {
    Route& route = routes[entry.labels];
    if (!is_known[entry.labels]) {
      is_known[entry.labels] = true;
      const std::string_view named = logs->labels(entry).get(telemetry::kTenantLabel);
      route.is_own = named.empty();
      route.has_bad_name = !is_valid_tenant(named);
      const std::string_view tenant = route.is_own || route.has_bad_name ? own_tenant : named;
      const auto [place, is_new] = places.try_emplace(tenant, static_cast<uint32_t>(shares.size()));
      if (is_new) shares.push_back({std::string(tenant), {}});
      route.share = place->second;
    }
    shares[route.share].amount += amount_of(*logs, entry);
  }
}

std::unique_ptr<RoutedBatch> without(const RoutedBatch& batch,
                                     const std::vector<sink::Share>& tenants) {
  auto rest = std::make_shared<telemetry::LogBatch>(*batch.logs);
  std::erase_if(rest->entries, [&](const telemetry::Entry& entry) {
    const std::string& tenant = batch.shares[batch.route(entry).share].lane;
    return std::any_of(tenants.begin(), tenants.end(),
                       [&](const sink::Share& share) { return share.lane == tenant; });
  });
  auto routed = std::make_unique<RoutedBatch>(std::move(rest), batch.own_tenant);
  routed->ack = batch.ack;
  routed->stop = batch.stop;
  return routed;
}

sink::Amount amount_of(const telemetry::LogBatch& batch, const telemetry::Entry& entry) {
  return {1, telemetry::wire::PushEncoder::size_of(batch, entry)};
}

}  // namespace components::loki::write
