#include "telemetry/series_rewrite.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace telemetry {
namespace {

/// Changed sets in the order of their names, as a table wants them.
bool add_sorted(SeriesTable::Builder& out, const LabelsBuilder& labels) {
  return out.add_series(labels.build().all());
}

}  // namespace

SeriesRewriter::Answer SeriesRewriter::of(const SeriesTablePtr& table) const {
  {
    base::Lock lock(mutex_);
    const auto found = known_.find(table.get());
    // Another table may have the address of one that is gone.
    if (found != known_.end() && found->second.table.lock() == table)
      return {found->second.rewritten, false};
  }
  RewrittenSeriesPtr rewritten = rewrite(table);
  base::Lock lock(mutex_);
  if (known_.size() >= forget_at_) forget_dead();
  known_[table.get()] = {table, rewritten};
  return {rewritten, true};
}

RewrittenSeriesPtr SeriesRewriter::rewrite(const SeriesTablePtr& table) const {
  auto out = std::make_shared<RewrittenSeries>();
  SeriesTable::Builder builder;
  std::unordered_map<std::string, uint32_t> by_labels;  // Of the new table.
  bool is_changed = false;
  out->places.reserve(table->size());
  std::string wire;
  for (uint32_t series = 0; series < table->size(); ++series) {
    LabelsBuilder labels;
    LabelView label;
    for (auto reader = table->labels(series); reader.next(label);)
      labels.set(label.name, label.value);
    uint32_t place = RewrittenSeries::kDropped;
    if (rewrite_(labels) && !labels.build().empty()) {
      SeriesTable::Builder single;
      add_sorted(single, labels);
      wire = single.build()->wire(0);
      const auto [found, is_new] =
          by_labels.try_emplace(wire, static_cast<uint32_t>(builder.size()));
      if (!is_new || builder.add_series(wire)) place = found->second;
      is_changed = is_changed || wire != table->wire(series);
    }
    is_changed = is_changed || place != series;
    out->places.push_back(place);
  }
  if (!is_changed) return std::make_shared<const RewrittenSeries>();
  out->table = builder.build();
  return out;
}

void SeriesRewriter::forget_dead() const {
  std::erase_if(known_, [](const auto& entry) { return entry.second.table.expired(); });
  forget_at_ = known_.size() + std::max(kForgetMin, known_.size() / 4);
}

size_t SeriesRewriter::series() const {
  base::Lock lock(mutex_);
  size_t series = 0;
  for (const auto& [table, known] : known_)
    if (const auto alive = known.table.lock()) series += alive->size();
  return series;
}

size_t move_to(const RewrittenSeries& rewritten, SampleBatch& batch) {
  if (rewritten.table == nullptr) return 0;
  batch.series = rewritten.table;
  size_t dropped = 0;
  const auto move = [&](auto& items) {
    const size_t before = items.size();
    std::erase_if(items, [&](auto& item) {
      item.series = rewritten.places[item.series];
      return item.series == RewrittenSeries::kDropped;
    });
    return before - items.size();
  };
  dropped += move(batch.samples);
  dropped += move(batch.histograms);
  dropped += move(batch.exemplars);
  return dropped;
}

}  // namespace telemetry
