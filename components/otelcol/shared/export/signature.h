#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "river/schema/field.h"

/// The blocks `sending_queue` and `retry_on_failure` of exporters.
namespace components::otelcol {

struct QueueBatchArguments {
  river::schema::Duration flush_timeout = std::chrono::milliseconds(200);
  int64_t min_size = 2000;
  int64_t max_size = 3000;
  std::string sizer = "items";
};

struct QueueArguments {
  bool enabled = true;
  int64_t num_consumers = 10;
  int64_t queue_size = 1000;  ///< requests
  bool block_on_overflow = false;
  std::string sizer = "requests";
  bool wait_for_result = false;
  std::optional<QueueBatchArguments> batch;
};
extern const river::schema::BlockSchema kQueue;

struct RetryArguments {
  bool enabled = true;
  river::schema::Duration initial_interval = std::chrono::seconds(5);
  double randomization_factor = 0.5;
  double multiplier = 1.5;
  river::schema::Duration max_interval = std::chrono::seconds(30);
  river::schema::Duration max_elapsed_time = std::chrono::minutes(5);
};
extern const river::schema::BlockSchema kRetry;

/// How bodies are compressed.
enum class Compression { none, gzip, deflate, zlib, snappy, zstd };

}  // namespace components::otelcol

namespace river::schema {
template <>
inline constexpr EnumName<components::otelcol::Compression>
    kEnumNames<components::otelcol::Compression>[] = {
        {"none", components::otelcol::Compression::none},
        {"", components::otelcol::Compression::none},
        {"gzip", components::otelcol::Compression::gzip},
        {"deflate", components::otelcol::Compression::deflate},
        {"zlib", components::otelcol::Compression::zlib},
        {"snappy", components::otelcol::Compression::snappy},
        {"zstd", components::otelcol::Compression::zstd},
};
}  // namespace river::schema
