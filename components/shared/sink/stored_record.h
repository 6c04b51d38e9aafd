#pragma once
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stop_token>
#include <string>
#include <utility>

#include "base/result.h"
#include "components/shared/sink/endpoint.h"
#include "components/shared/sink/payload.h"
#include "io/segment_log/format.h"

namespace components::sink {

/// The payload of a record's bytes.
using Decode = base::Result<PayloadPtr> (*)(std::string record);

/// A record of a disk queue is a payload's bytes and this: when it was appended, little-endian.
struct Trailer {
  int64_t unix_ms = 0;

  static Trailer now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  }
  /// Takes off what stands behind the payload.
  static Trailer cut(std::string& bytes) {
    Trailer trailer;
    if (bytes.size() < sizeof trailer) return trailer;
    const size_t payload = bytes.size() - sizeof trailer;
    std::memcpy(&trailer, bytes.data() + payload, sizeof trailer);
    bytes.resize(payload);
    return trailer;
  }
};

/// A record as a batch for the endpoint, without acks.
struct StoredBatch {
  BatchPtr batch;
  int64_t unix_ms = 0;
};
inline base::Result<StoredBatch> read_stored(io::segment_log::Record record, Decode decode,
                                             const Endpoint& endpoint, std::stop_token stop) {
  const Trailer trailer = Trailer::cut(record.bytes);
  const auto payload = decode(std::move(record.bytes));
  if (!payload) return tl::unexpected(payload.error());
  return StoredBatch{endpoint.route(*payload, {}, std::move(stop)), trailer.unix_ms};
}

}  // namespace components::sink
