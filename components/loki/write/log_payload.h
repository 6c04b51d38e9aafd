#pragma once
#include <string>
#include <utility>

#include "base/result.h"
#include "components/shared/sink/payload.h"
#include "telemetry/log_batch.h"
#include "telemetry/wire/log_batch_record.h"

namespace components::loki::write {

/// Lines as sinks share them, and as a disk queue keeps them.
class LogPayload final : public sink::Payload {
 public:
  /// The head of the batch is not used.
  explicit LogPayload(telemetry::LogBatch batch) : logs(std::move(batch)) {}

  uint64_t entries() const override { return logs.entries.size(); }
  void encode(const Use& use) const override {
    const telemetry::wire::LogBatchRecord record(logs);
    use(record.pieces());
  }

  const telemetry::LogBatch logs;
};

/// The inverse of encode(). Fails, with what is wrong, for other bytes.
inline base::Result<sink::PayloadPtr> decode_log_payload(std::string record) {
  auto batch = telemetry::wire::decode_log_batch_record(std::move(record));
  if (!batch) return tl::unexpected(batch.error());
  return std::make_shared<const LogPayload>(std::move(*batch));
}

}  // namespace components::loki::write
