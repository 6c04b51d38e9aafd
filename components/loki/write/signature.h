#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "components/shared/capsules.h"
#include "components/shared/http_client/signature.h"
#include "river/schema/field.h"

/// loki.write sends log batches to Loki.
namespace components::loki::write {

struct QueueArguments {
  river::schema::ByteSize capacity{10 << 20};
  int64_t min_shards = 1;
  river::schema::Duration drain_timeout = std::chrono::seconds(15);
  bool block_on_overflow = true;
};

struct EndpointArguments {
  std::string name;
  river::schema::Url url;
  river::schema::Duration batch_wait = std::chrono::seconds(1);
  river::schema::ByteSize batch_size{1 << 20};
  river::schema::Duration remote_timeout = std::chrono::seconds(10);
  std::map<std::string, std::string> headers;
  river::schema::Duration min_backoff_period = std::chrono::milliseconds(500);
  river::schema::Duration max_backoff_period = std::chrono::minutes(5);
  /// Tries in all; 0 and not written: no limit. (Grafana Alloy gives up after 10 when not written.)
  std::optional<int64_t> max_backoff_retries;
  std::string tenant_id;
  bool retry_on_http_429 = true;
  HttpClientArguments http;
  QueueArguments queue_config;
};

/// Turns the disk queue (docs/disk-queue.md) on or off for the component.
struct WalArguments {
  bool enabled = false;
  river::schema::Duration max_segment_age = std::chrono::hours(1);
  river::schema::Duration min_read_frequency = std::chrono::milliseconds(250);
  river::schema::Duration max_read_frequency = std::chrono::seconds(1);
  river::schema::Duration drain_timeout = std::chrono::seconds(15);
};

/// Without `wal` the agent's --storage.queue-size decides.
struct Arguments {
  std::vector<EndpointArguments> endpoint;
  river::schema::LabelMap external_labels;
  int64_t max_streams = 0;
  std::optional<WalArguments> wal;
};

struct Exports {
  LogsReceiver receiver;
};

extern const river::schema::BlockSchema kEndpoint;
extern const river::schema::Signature kSignature;

}  // namespace components::loki::write
