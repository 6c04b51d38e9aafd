#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "telemetry/log_batch.h"

/// Which tenant of the server a line belongs to.
namespace components::loki::write {

/// The label __tenant_id__ if it is there, else the endpoint's own tenant. Valid as long as both.
std::string_view tenant_of(const telemetry::Labels& labels, std::string_view own);

/// Whether it can be sent in the header X-Scope-OrgID: no control characters, and no longer than
/// Loki allows. What the text of a line can choose must not be able to spoil a request.
bool is_valid_tenant(std::string_view tenant);

struct Amount {
  uint64_t entries = 0;
  uint64_t bytes = 0;
};
/// What a batch holds for each tenant, from an entry on; invalid ones count as the endpoint's own.
std::map<std::string, Amount> amounts_by_tenant(const telemetry::LogBatch& batch,
                                                size_t first_entry, std::string_view own);

}  // namespace components::loki::write
