#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "components/otelcol/shared/export/settings.h"
#include "components/shared/sink/batcher.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/endpoint_flow.h"
#include "components/shared/sink/group.h"
#include "components/shared/sink/halving.h"
#include "components/shared/sink/payload.h"
#include "telemetry/otlp_batch.h"

/// The protocol of exporters of OTLP, whatever carries their requests.
namespace components::otelcol {

/// The requests of a batch as endpoints share them, and as a disk queue keeps them: a byte for the
/// signal, and their own bytes.
class ExportPayload final : public sink::Payload {
 public:
  static constexpr uint32_t kRecordKind = 0x31504c4f;  ///< "OLP1"

  ExportPayload(telemetry::Signal of, std::vector<telemetry::OtlpSlice> requests);

  uint64_t entries() const override { return items_; }
  void encode(const Use& use) const override;

  const telemetry::Signal signal;
  const std::vector<telemetry::OtlpSlice> slices;

 private:
  const uint64_t items_;
};

/// The inverse of encode(). Fails, with what is wrong, for other bytes.
base::Result<sink::PayloadPtr> decode_export_payload(std::string record);

/// An Export…ServiceRequest of one signal, whose entries are its items: requests that came, one
/// after the other, or parts of them. Nothing is decoded, unless the server wants JSON.
class ExportRequest final : public sink::HalvingRequest {
 public:
  void reset() override;
  /// `bytes`: what it counts as. All of a request are encoded as the settings say that come with
  /// the first.
  void add(telemetry::OtlpSlice slice, uint64_t bytes, const ExportSettingsPtr& settings);

  io::http::Headers body_headers() const override;
  /// By the partial_success of the answer.
  std::optional<sink::Lost> rejected_by(std::string_view answer) const override;

 protected:
  size_t size() const override { return items_; }
  sink::Amount amount_of(const Part& part) const override;
  std::string encode(const Part& part) override;

 private:
  std::vector<telemetry::OtlpSlice> slices_of(const Part& part) const;

  ExportSettingsPtr settings_;
  std::vector<telemetry::OtlpSlice> slices_;
  size_t items_ = 0;
  uint64_t bytes_ = 0;
};

/// What is counted of the endpoint of one signal: the uniform series, and those of the collector.
/// Thread safe.
class ExportMetrics final : public sink::FlowMetrics {
 public:
  ExportMetrics(const base::metrics::Scope& scope, const ExportSettings& settings);

  void use(const sink::Settings& settings) override;
  std::shared_ptr<const void> counted() const override;
  void add_sent(const std::string& lane, uint64_t entries, uint64_t compressed_bytes) override;
  void add_retry(const std::string& lane, uint64_t entries) override;
  void add_dropped(const std::string& lane, std::string_view reason,
                   const sink::Amount& amount) override;
  void observe(const std::string&, int, std::chrono::nanoseconds, size_t) override {}
  void observe_latency(const std::string&, std::chrono::nanoseconds, uint64_t) override {}

 private:
  const std::shared_ptr<base::metrics::Counter> sent_, failed_, bytes_;
};

/// Requests of OTLP out of batches: what waits goes together, whole where it fits, else cut between
/// two items. An endpoint takes the batches of its signal, and none of the others.
class ExportCodec final : public sink::Codec {
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
  ExportSettingsPtr settings_;
  size_t turn_ = 0;  ///< of the parallel requests
};

extern const sink::Protocol kExportProtocol;

/// Publishes the `input` of an exporter: batches that it takes go to all endpoints, of which the
/// one of their signal takes them.
void publish_input(const sink::Group& group);

}  // namespace components::otelcol
