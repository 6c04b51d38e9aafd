#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

/// pyroscope.write sends profiles to Pyroscope.
namespace components::pyroscope::write {

struct EndpointArguments {
  std::string name;
  river::schema::Url url;
  river::schema::Duration remote_timeout = std::chrono::seconds(10);
  river::schema::Duration debug_info_upload_timeout = std::chrono::minutes(2);
  std::map<std::string, std::string> headers;
  HttpClientArguments http;
  river::schema::Duration min_backoff_period = std::chrono::milliseconds(500);
  river::schema::Duration max_backoff_period = std::chrono::minutes(5);
  /// Tries in all; 0 and not written: no limit. (Grafana Alloy gives up after 10 when not written.)
  std::optional<int64_t> max_backoff_retries;
  bool retry_on_http_429 = true;
};

struct TracingArguments {
  bool jaeger_propagator = false;
  bool trace_context_propagator = false;
};

struct Arguments {
  std::vector<EndpointArguments> endpoint;
  std::map<std::string, std::string> external_labels;
  TracingArguments tracing;
};

struct Exports {
  ProfilesReceiver receiver;
};

extern const river::schema::BlockSchema kEndpoint;
extern const river::schema::Signature kSignature;

}  // namespace components::pyroscope::write
