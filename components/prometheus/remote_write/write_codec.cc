#include "components/prometheus/remote_write/write_codec.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace components::prometheus::remote_write {

using telemetry::EncodedSample;
using telemetry::RewrittenSeries;
using telemetry::Sample;
using telemetry::SampleBatch;

namespace {

const std::string kLane;  // Remote write knows no tenants.

/// Keys, lengths, number and time, with some room.
constexpr size_t kSampleBytes = 24;

/// As the queue counts it: with the labels that it came with.
sink::Amount amount_of(const SampleBatch& batch, const Sample& sample) {
  return {1, batch.series->wire(sample.series).size() + kSampleBytes};
}

sink::Amount amount_of(const SampleBatch& batch, const EncodedSample& sample) {
  return {1, batch.series->wire(sample.series).size() + kSampleBytes + sample.message.size};
}

int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

void WriteRequest::reset() {
  HalvingRequest::reset();
  encoder.reset();
  entries_.clear();
}

sink::Amount WriteRequest::amount_of(const Part& part) const {
  sink::Amount amount;
  for (size_t i = part.begin; i < part.end; ++i) amount += entries_[i].amount;
  return amount;
}

std::string WriteRequest::encode(const Part& part) {
  return encoder.finish(std::span(encoder.encoded()).subspan(part.begin, part.size()));
}

void WriteRequest::on_accepted(const Part& part) {
  int64_t newest_ms = 0;
  for (size_t i = part.begin; i < part.end; ++i)
    newest_ms = std::max(newest_ms, entries_[i].time_ms);
  metrics_.note_sent_time(newest_ms);
}

WriteBatch::WriteBatch(std::shared_ptr<const SampleBatch> batch) : samples(std::move(batch)) {
  if (samples == nullptr) return;
  sink::Share share{kLane, {}};
  for (const auto& sample : samples->samples) share.amount += amount_of(*samples, sample);
  for (const auto& sample : samples->histograms) share.amount += amount_of(*samples, sample);
  for (const auto& sample : samples->exemplars) share.amount += amount_of(*samples, sample);
  shares.push_back(std::move(share));
}

/// Puts the samples of one batch into the requests of their shards.
class WriteCodec::Placing {
 public:
  Placing(WriteCodec& codec, const WriteBatch& batch, sink::Batcher& batcher)
      : settings_(*codec.settings_),
        metrics_(codec.metrics_),
        ack_(batch.ack),
        batch_(*batch.samples),
        batcher_(batcher),
        rewritten_(settings_.rewriter ? settings_.rewriter->of(batch_.series).rewritten : nullptr),
        is_rewritten_(rewritten_ != nullptr && rewritten_->table != nullptr),
        table_(is_rewritten_ ? rewritten_->table : batch_.series),
        times_(codec.times_),
        places_(times_.places_of(table_)),
        oldest_ms_(settings_.age_max.count() > 0 ? now_ms() - settings_.age_max.count()
                                                 : std::numeric_limits<int64_t>::min()),
        opens_(batcher.shards()) {}

  void place() {
    int64_t newest_ms = 0;
    for (const Sample& sample : batch_.samples) {
      newest_ms = std::max(newest_ms, sample.time_ms);
      place(sample, std::bit_cast<uint64_t>(sample.value), true,
            [&](WriteRequest& request, std::string_view labels) {
              request.encoder.add(labels, sample.time_ms, sample.value);
            });
    }
    for (const EncodedSample& sample : batch_.histograms)
      place(sample, std::hash<std::string_view>{}(batch_.text(sample.message)),
            settings_.endpoint.send_native_histograms,
            [&](WriteRequest& request, std::string_view labels) {
              request.encoder.add_histogram(labels, batch_.text(sample.message));
            });
    for (const EncodedSample& sample : batch_.exemplars) place_exemplar(sample);
    metrics_.note_received_time(newest_ms);
  }

 private:
  /// `bits`: of its value. `add` puts it into its request, with its labels.
  template <class Item, class Add>
  void place(const Item& sample, uint64_t bits, bool is_sent, Add add) {
    const sink::Amount amount = amount_of(batch_, sample);
    const uint32_t series = place_of(sample.series);
    if (!is_sent) return drop(drop_reason::kNotSent, amount);
    if (series == RewrittenSeries::kDropped) return drop(drop_reason::kDroppedSeries, amount);
    if (sample.time_ms < oldest_ms_) return drop(drop_reason::kTooOld, amount);
    const auto step = times_.advance(places_, series, sample.time_ms, bits);
    if (step == SeriesTimes::Step::same) return drop(drop_reason::kUnchanged, amount);
    if (step == SeriesTimes::Step::conflict) return drop(drop_reason::kDuplicate, amount);
    add(request(series, sample.time_ms, amount), table_->wire(series));
  }

  /// It goes with a sample of the same time, and may be older than that.
  void place_exemplar(const EncodedSample& exemplar) {
    const sink::Amount amount = amount_of(batch_, exemplar);
    const uint32_t series = place_of(exemplar.series);
    if (!settings_.endpoint.send_exemplars) return drop(drop_reason::kNotSent, amount);
    if (series == RewrittenSeries::kDropped) return drop(drop_reason::kDroppedSeries, amount);
    request(series, 0, amount)
        .encoder.add_exemplar(table_->wire(series), batch_.text(exemplar.message));
  }

  void drop(std::string_view reason, const sink::Amount& amount) {
    batcher_.drop(kLane, reason, amount);
  }

  uint32_t place_of(uint32_t series) const {
    return is_rewritten_ ? rewritten_->places[series] : series;
  }

  /// The request of the series' shard, which counts the entry that is now added to it.
  WriteRequest& request(uint32_t series, int64_t time_ms, const sink::Amount& amount) {
    const size_t hash = opens_.size() > 1 ? table_->hash(series) : 0;
    sink::Batcher::Open*& open = opens_[hash % opens_.size()];
    if (open == nullptr) open = &batcher_.open(kLane, hash);
    const bool is_full =
        open->request != nullptr && open->request->total().entries >= settings_.samples_per_request;
    auto& request = static_cast<WriteRequest&>(
        batcher_.request(*open, is_full ? settings_.request_bytes_max : amount.bytes));
    request.added(amount, time_ms);
    batcher_.hold(*open, ack_);
    return request;
  }

  const Settings& settings_;
  Metrics& metrics_;
  const telemetry::Ack& ack_;
  const SampleBatch& batch_;
  sink::Batcher& batcher_;
  const telemetry::RewrittenSeriesPtr rewritten_;
  const bool is_rewritten_;
  const telemetry::SeriesTablePtr table_;
  SeriesTimes& times_;
  const SeriesTimes::Places& places_;
  const int64_t oldest_ms_;
  std::vector<sink::Batcher::Open*> opens_;  ///< by shard
};

void WriteCodec::use(sink::SettingsPtr settings) {
  settings_ = std::static_pointer_cast<const Settings>(std::move(settings));
}

std::unique_ptr<sink::Request> WriteCodec::make_request() {
  return std::make_unique<WriteRequest>(metrics_);
}

void WriteCodec::place(const sink::Batch& batch, sink::Batcher& batcher) {
  const auto& mine = static_cast<const WriteBatch&>(batch);
  if (mine.samples != nullptr) Placing(*this, mine, batcher).place();
}

sink::BatchPtr WriteCodec::route(const sink::PayloadPtr& payload, const sink::Settings&) const {
  const auto& samples = static_cast<const SamplePayload&>(*payload).samples;
  return std::make_unique<WriteBatch>(std::shared_ptr<const SampleBatch>(payload, &samples));
}

/// There is one lane.
sink::BatchPtr WriteCodec::without(const sink::Batch& batch,
                                   const std::vector<sink::Share>& lanes) const {
  const auto& mine = static_cast<const WriteBatch&>(batch);
  auto rest = std::make_unique<WriteBatch>(lanes.empty() ? mine.samples : nullptr);
  rest->ack = mine.ack;
  rest->stop = mine.stop;
  return rest;
}

}  // namespace components::prometheus::remote_write
