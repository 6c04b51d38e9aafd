#include "components/otelcol/shared/export/codec.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "telemetry/otlp/request.h"

namespace components::otelcol {
namespace {

/// A batch on its way to one endpoint. Null: nothing of it is for that endpoint.
class ExportBatch final : public sink::Batch {
 public:
  explicit ExportBatch(std::shared_ptr<const ExportPayload> of) : payload(std::move(of)) {}

  std::shared_ptr<const ExportPayload> payload;
};

sink::Amount amount_of(const ExportPayload& payload) {
  sink::Amount amount;
  for (const telemetry::OtlpSlice& slice : payload.slices)
    amount += {slice.items, slice.bytes.size()};
  return amount;
}

}  // namespace

void ExportCodec::use(sink::SettingsPtr settings) {
  settings_ = std::static_pointer_cast<const ExportSettings>(std::move(settings));
}

std::unique_ptr<sink::Request> ExportCodec::make_request() {
  return std::make_unique<ExportRequest>();
}

void ExportCodec::place(const sink::Batch& batch, sink::Batcher& batcher) {
  const auto& mine = static_cast<const ExportBatch&>(batch);
  if (mine.payload == nullptr) return;
  std::deque<telemetry::OtlpSlice> waiting(mine.payload->slices.begin(),
                                           mine.payload->slices.end());
  // Spans need no order: whole batches take turns.
  sink::Batcher::Open& open = batcher.open(settings_->own_lane, turn_++);
  // Parts repeat what is said of their resource: together they count as the batch did.
  sink::Amount left = amount_of(*mine.payload);
  while (!waiting.empty()) {
    const telemetry::OtlpSlice& front = waiting.front();
    const size_t item_bytes =
        std::max<size_t>(front.bytes.size() / std::max<size_t>(front.items, 1), 1);
    const size_t fitting = std::max<size_t>(settings_->request_bytes_max / item_bytes, 1);
    const size_t wanted = std::min({front.items, fitting, settings_->items_per_request});
    for (telemetry::OtlpSlice& slice :
         telemetry::otlp::take_items(settings_->signal, waiting, wanted)) {
      const bool is_full = open.request != nullptr && open.request->total().entries + slice.items >
                                                          settings_->items_per_request;
      auto& request = static_cast<ExportRequest&>(
          batcher.request(open, is_full ? settings_->request_bytes_max + 1 : slice.bytes.size()));
      const sink::Amount amount{slice.items, left.bytes * slice.items / left.entries};
      left.entries -= amount.entries;
      left.bytes -= amount.bytes;
      request.add(std::move(slice), amount.bytes, settings_);
      batcher.hold(open, batch.ack);
    }
  }
}

sink::BatchPtr ExportCodec::route(const sink::PayloadPtr& payload,
                                  const sink::Settings& settings) const {
  auto mine = std::static_pointer_cast<const ExportPayload>(payload);
  const auto& wanted = static_cast<const ExportSettings&>(settings);
  if (mine->signal != wanted.signal) return std::make_unique<ExportBatch>(nullptr);
  auto batch = std::make_unique<ExportBatch>(std::move(mine));
  batch->shares.push_back({settings.own_lane, amount_of(*batch->payload)});
  return batch;
}

/// There is one lane.
sink::BatchPtr ExportCodec::without(const sink::Batch& batch,
                                    const std::vector<sink::Share>& lanes) const {
  const auto& mine = static_cast<const ExportBatch&>(batch);
  auto rest = std::make_unique<ExportBatch>(lanes.empty() ? mine.payload : nullptr);
  if (lanes.empty()) rest->shares = mine.shares;
  rest->ack = mine.ack;
  rest->stop = mine.stop;
  return rest;
}

}  // namespace components::otelcol
