#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_client/signature.h"
#include "components/shared/rule/signature.h"
#include "river/schema/field.h"

/// prometheus.remote_write sends samples to Prometheus, Mimir and the like.
namespace components::prometheus::remote_write {

struct QueueArguments {
  int64_t capacity = 10000;
  int64_t max_shards = 50;
  int64_t min_shards = 1;
  int64_t max_samples_per_send = 2000;
  river::schema::Duration batch_send_deadline = std::chrono::seconds(5);
  river::schema::Duration min_backoff = std::chrono::milliseconds(30);
  river::schema::Duration max_backoff = std::chrono::seconds(5);
  bool retry_on_http_429 = true;
  river::schema::Duration sample_age_limit{};
};

struct MetadataArguments {
  bool send = true;
  river::schema::Duration send_interval = std::chrono::minutes(1);
  int64_t max_samples_per_send = 2000;
};

struct EndpointArguments {
  std::string name;
  river::schema::Url url;
  river::schema::Duration remote_timeout = std::chrono::seconds(30);
  std::map<std::string, std::string> headers;
  bool send_exemplars = true;
  bool send_native_histograms = false;
  std::string protobuf_message = "prometheus.WriteRequest";
  HttpClientArguments http;
  bool round_robin_dns = false;
  QueueArguments queue_config;
  MetadataArguments metadata_config;
  std::vector<RuleArguments> write_relabel_config;
};

struct WalArguments {
  river::schema::Duration truncate_frequency = std::chrono::hours(2);
  river::schema::Duration min_keepalive_time = std::chrono::minutes(5);
  river::schema::Duration max_keepalive_time = std::chrono::hours(8);
};

struct Arguments {
  std::vector<EndpointArguments> endpoint;
  river::schema::LabelMap external_labels;
  WalArguments wal;
};

struct Exports {
  MetricsReceiver receiver;
};

extern const river::schema::BlockSchema kEndpoint;
extern const river::schema::Signature kSignature;

}  // namespace components::prometheus::remote_write
