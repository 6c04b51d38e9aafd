#include "components/loki/write/tenant.h"

#include <algorithm>
#include <vector>

#include "telemetry/wire/loki_push.h"

namespace components::loki::write {
namespace {

constexpr std::string_view kTenantLabel = "__tenant_id__";
constexpr size_t kTenantBytesMax = 150;

}  // namespace

std::string_view tenant_of(const telemetry::Labels& labels, std::string_view own) {
  const std::string_view tenant = labels.get(kTenantLabel);
  return tenant.empty() ? own : tenant;
}

bool is_valid_tenant(std::string_view tenant) {
  return tenant.size() <= kTenantBytesMax && std::all_of(tenant.begin(), tenant.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte != 0x7f;
         });
}

std::map<std::string, Amount> amounts_by_tenant(const telemetry::LogBatch& batch,
                                                size_t first_entry, std::string_view own) {
  std::vector<Amount> by_labels(batch.label_sets.size());
  for (size_t i = first_entry; i < batch.entries.size(); ++i) {
    Amount& amount = by_labels[batch.entries[i].labels];
    ++amount.entries;
    amount.bytes += telemetry::wire::PushEncoder::size_of(batch, batch.entries[i]);
  }
  std::map<std::string, Amount> by_tenant;
  for (size_t i = 0; i < by_labels.size(); ++i) {
    if (by_labels[i].entries == 0) continue;
    const std::string_view tenant = tenant_of(batch.label_sets[i], own);
    Amount& amount = by_tenant[std::string(is_valid_tenant(tenant) ? tenant : own)];
    amount.entries += by_labels[i].entries;
    amount.bytes += by_labels[i].bytes;
  }
  return by_tenant;
}

}  // namespace components::loki::write
