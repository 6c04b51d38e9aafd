#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "components/prometheus/remote_write/metrics.h"
#include "components/prometheus/remote_write/sample_payload.h"
#include "components/prometheus/remote_write/series_times.h"
#include "components/prometheus/remote_write/settings.h"
#include "components/shared/sink/batcher.h"
#include "components/shared/sink/codec.h"
#include "components/shared/sink/halving.h"
#include "telemetry/wire/remote_write.h"

namespace components::prometheus::remote_write {

/// A write request, whose entries are its samples.
class WriteRequest final : public sink::HalvingRequest {
 public:
  /// The metrics are told of the newest sample that the server took; they outlive it.
  explicit WriteRequest(Metrics& metrics) : metrics_(metrics) {}

  telemetry::wire::WriteEncoder encoder;  ///< filled before anything of it is sent

  void reset() override;

  /// Says that the encoder gets an entry of this amount, with this time.
  void added(const sink::Amount& amount, int64_t time_ms) {
    HalvingRequest::added(amount);
    entries_.push_back({amount, time_ms});
  }

 protected:
  size_t size() const override { return entries_.size(); }
  sink::Amount amount_of(const Part& part) const override;
  std::string encode(const Part& part) override;
  void on_accepted(const Part& part) override;

 private:
  struct Entry {
    sink::Amount amount;
    int64_t time_ms = 0;
  };

  Metrics& metrics_;
  std::vector<Entry> entries_;
};

/// A batch on its way to one endpoint. Its samples are shared by all endpoints.
class WriteBatch final : public sink::Batch {
 public:
  explicit WriteBatch(std::shared_ptr<const telemetry::SampleBatch> batch);

  std::shared_ptr<const telemetry::SampleBatch> samples;  ///< null: none are left
};

/// Remote write, version 1: samples become series of a request, with the labels that external
/// labels and write_relabel_config make of theirs.
class WriteCodec final : public sink::Codec {
 public:
  /// The metrics outlive it.
  explicit WriteCodec(Metrics& metrics) : metrics_(metrics) {}

  void use(sink::SettingsPtr settings) override;
  std::unique_ptr<sink::Request> make_request() override;
  size_t request_bytes_max() const override { return settings_->request_bytes_max; }
  void place(const sink::Batch& batch, sink::Batcher& batcher) override;
  sink::BatchPtr route(const sink::PayloadPtr& payload,
                       const sink::Settings& settings) const override;
  sink::BatchPtr without(const sink::Batch& batch,
                         const std::vector<sink::Share>& lanes) const override;

 private:
  class Placing;

  Metrics& metrics_;
  SettingsPtr settings_;
  SeriesTimes times_;
};

}  // namespace components::prometheus::remote_write
