#include "components/prometheus/remote_write/series_times.h"

#include <algorithm>

namespace components::prometheus::remote_write {

const SeriesTimes::Places& SeriesTimes::places_of(const telemetry::SeriesTablePtr& table) {
  if (known_.size() >= forget_at_) forget_dead();
  Known& known = known_[table.get()];
  if (known.table.lock() == table) return known.places;
  release(known.places);  // Of a table that is gone, and had this address.
  known.table = table;
  known.places = add(*table);
  return known.places;
}

SeriesTimes::Places SeriesTimes::add(const telemetry::SeriesTable& table) {
  Places places;
  places.reserve(table.size());
  for (uint32_t series = 0; series < table.size(); ++series) {
    const size_t hash = table.hash(series);
    const auto [found, is_new] = by_hash_.try_emplace(hash, 0);
    if (is_new) {
      if (free_.empty()) {
        free_.push_back(static_cast<uint32_t>(times_.size()));
        times_.emplace_back();
      }
      found->second = free_.back();
      free_.pop_back();
      times_[found->second] = {.hash = hash};
    }
    ++times_[found->second].tables;
    places.push_back(found->second);
  }
  return places;
}

void SeriesTimes::release(const Places& places) {
  for (const uint32_t place : places) {
    if (--times_[place].tables > 0) continue;
    by_hash_.erase(times_[place].hash);
    free_.push_back(place);
  }
}

void SeriesTimes::forget_dead() {
  std::erase_if(known_, [&](const auto& entry) {
    if (!entry.second.table.expired()) return false;
    release(entry.second.places);
    return true;
  });
  forget_at_ = known_.size() + std::max(kForgetMin, known_.size() / 4);
}

}  // namespace components::prometheus::remote_write
