#pragma once
#include <string>
#include <utility>

#include "base/result.h"
#include "components/shared/sink/payload.h"
#include "telemetry/sample_batch.h"

namespace components::prometheus::remote_write {

/// Samples as endpoints share them, and as a disk queue keeps them: as a body of remote write,
/// which has all that a sample has, in a fourth of the bytes.
class SamplePayload final : public sink::Payload {
 public:
  static constexpr uint32_t kRecordKind = 0x31525750;  ///< "PWR1"

  /// The head of the batch is not used.
  explicit SamplePayload(telemetry::SampleBatch batch) : samples(std::move(batch)) {}

  uint64_t entries() const override { return samples.count(); }
  void encode(const Use& use) const override;

  const telemetry::SampleBatch samples;
};

/// The inverse of encode(). Fails, with what is wrong, for other bytes.
base::Result<sink::PayloadPtr> decode_sample_payload(std::string record);

}  // namespace components::prometheus::remote_write
