#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "components/loki/write/push_request.h"
#include "components/loki/write/routing.h"
#include "components/loki/write/settings.h"
#include "components/shared/sink/batcher.h"
#include "components/shared/sink/codec.h"
#include "telemetry/lru_cache.h"

namespace components::loki::write {

/// Loki's push protocol: lines become streams of their tenant's request.
class PushCodec final : public sink::Codec {
 public:
  PushCodec();

  void use(sink::SettingsPtr settings) override;
  std::unique_ptr<sink::Request> make_request() override;
  size_t request_bytes_max() const override;
  void place(const sink::Batch& batch, sink::Batcher& batcher) override;
  sink::BatchPtr route(const sink::PayloadPtr& payload,
                       const sink::Settings& settings) const override;
  sink::BatchPtr without(const sink::Batch& batch,
                         const std::vector<sink::Share>& tenants) const override;

 private:
  /// The stream of one label set of the current batch.
  struct Stream {
    sink::Batcher::Open* open = nullptr;
    uint64_t generation = 0;  ///< of the request that `index` is for
    uint32_t index = 0;
  };

  void put(const RoutedBatch& batch, const telemetry::Entry& entry, Stream& stream,
           sink::Batcher& batcher);
  bool find(const telemetry::Labels& labels, PushRequest& request, Stream& stream);
  const telemetry::Labels& as_sent(const telemetry::Labels& labels);

  PushLimits limits_;
  SettingsPtr settings_;
  std::vector<Stream> streams_;  ///< by label set of the current batch
  telemetry::LruCache<telemetry::Labels, telemetry::Labels, telemetry::LabelsHash> merged_;
};

}  // namespace components::loki::write
