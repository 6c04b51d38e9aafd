#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "components/loki/write/signature.h"
#include "io/http/message.h"
#include "io/http/url.h"
#include "telemetry/labels.h"
#include "telemetry/log_batch.h"

namespace components::loki::write {

/// What the sender of one endpoint needs to know, made from the component's arguments. Immutable;
/// replaced as a whole by update().
struct Settings {
  EndpointArguments endpoint;
  base::Result<io::http::Url> url;
  std::vector<telemetry::Label> external_labels;
  size_t streams_max = 0;  ///< 0: any number

  /// "loki:3100", for metrics and messages.
  std::string host() const { return url ? url->host_header() : std::string(); }
  /// The labels of a line together with the external ones, those of the line winning.
  telemetry::Labels with_external(const telemetry::Labels& labels) const;
};
using SettingsPtr = std::shared_ptr<const Settings>;

/// One per endpoint of the arguments, in order.
std::vector<SettingsPtr> settings_of(const Arguments& arguments);
bool same(const Settings& a, const Settings& b);

/// The headers of a push; fails when a file with a secret cannot be read.
base::Result<io::http::Headers> push_headers(const Settings& settings, const std::string& tenant);

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
