#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "components/pyroscope/write/metrics.h"
#include "components/pyroscope/write/settings.h"
#include "components/shared/sink/batcher.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/halving.h"
#include "components/shared/sink/payload.h"
#include "telemetry/profile_batch.h"

namespace components::pyroscope::write {

/// Profiles as endpoints share them, and as a disk queue keeps them
/// (telemetry/wire/pyroscope_push.h).
class ProfilePayload final : public sink::Payload {
 public:
  explicit ProfilePayload(std::vector<telemetry::Profile> of) : profiles(std::move(of)) {}

  uint64_t entries() const override { return profiles.size(); }
  void encode(const Use& use) const override;

  const std::vector<telemetry::Profile> profiles;
};

/// The inverse of encode(). Fails, with what is wrong, for other bytes.
base::Result<sink::PayloadPtr> decode_profile_payload(std::string record);

/// Profiles that are pushed together, or one that is posted to /ingest as it came.
class ProfileRequest final : public sink::HalvingRequest {
 public:
  void reset() override;
  /// `labels`: those to send it with.
  void add(const telemetry::Profile& profile, telemetry::Labels labels, sink::Amount amount);
  bool is_posted() const { return !entries_.empty() && entries_.front().profile.form != nullptr; }

  std::string target(const std::string& base) const override;
  io::http::Headers body_headers() const override;

 protected:
  size_t size() const override { return entries_.size(); }
  sink::Amount amount_of(const Part& part) const override;
  std::string encode(const Part& part) override;

 private:
  struct Entry {
    telemetry::Profile profile;  ///< with the labels to send
    sink::Amount amount;
  };
  std::vector<Entry> entries_;
};

/// Pyroscope's protocol: push.v1 over Connect, and /ingest for what came so. They are lanes of
/// their own, so that a server which has only one of them gets that.
class WriteCodec final : public sink::Codec {
 public:
  void use(sink::SettingsPtr settings) override;
  std::unique_ptr<sink::Request> make_request() override;
  size_t request_bytes_max() const override { return settings_->request_bytes_max; }
  void place(const sink::Batch& batch, sink::Batcher& batcher) override;
  sink::BatchPtr route(const sink::PayloadPtr& payload,
                       const sink::Settings& settings) const override;
  sink::BatchPtr without(const sink::Batch& batch,
                         const std::vector<sink::Share>& lanes) const override;

 private:
  SettingsPtr settings_;
};

}  // namespace components::pyroscope::write
