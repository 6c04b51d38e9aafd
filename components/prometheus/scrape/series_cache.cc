#include "components/prometheus/scrape/series_cache.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "base/text.h"
#include "telemetry/wire/proto.h"

namespace components::prometheus::scrape {

using telemetry::SampleBatch;
using telemetry::SeriesTable;
namespace wire = telemetry::wire;
using Item = wire::ExpositionReader::Item;

namespace {

constexpr int64_t kAheadMsMax = 10 * 60 * 1000;  // Of the clock: samples beyond are dropped.
constexpr size_t kTablesMax = 16;
constexpr size_t kExemplarRunesMax = 128;  // Of its labels, as OpenMetrics limits them.

/// Only these change how labels are written.
wire::MetricType as_far_as_it_matters(wire::MetricType type) {
  return type == wire::MetricType::histogram || type == wire::MetricType::summary
             ? type
             : wire::MetricType::unknown;
}

size_t runes_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Exemplar { 1: repeated Label { 1: name, 2: value }, 2: value, 3: milliseconds }
std::string encode(const wire::Exemplar& exemplar, int64_t time_ms) {
  SeriesTable::Builder labels;
  for (const auto& [name, value] : exemplar.labels) labels.add(name, value);
  labels.end_series();
  std::string out(labels.build()->wire(0));
  wire::append_fixed64(out, 2, std::bit_cast<uint64_t>(exemplar.value));
  wire::append_varint(out, 3, static_cast<uint64_t>(time_ms));
  return out;
}

}  // namespace

struct SeriesCache::Current {
  Current(std::string_view body, Reader::Format format, int64_t time)
      : reader(body, format), time_ms(time) {}

  /// The samples of one table.
  SampleBatch& batch(uint32_t table) {
    if (batches.size() <= table) batches.resize(table + 1);
    return batches[table];
  }

  Reader reader;
  const int64_t time_ms;
  uint64_t number = 0;
  size_t known_before = 0;  ///< series; those after were made in this scrape
  size_t cursor = 0;        ///< in order_: the series that is expected next
  bool is_in_order = true;
  SeriesTable::Builder fresh;  ///< the table of series that are new
  std::vector<SampleBatch> batches;
  Scraped scraped;
};

SeriesCache::SeriesCache(ScrapeRules rules) : rules_(std::move(rules)), labels_(rules_.labels) {}

Scraped SeriesCache::scrape(std::string_view body, Reader::Format format, int64_t time_ms) {
  Current current(body, format, time_ms);
  current.number = ++scrapes_;
  current.known_before = known_.size();
  next_order_.clear();
  auto result = read(current);
  if (!result) return finish(current, std::move(result.error()));
  if (rules_.sample_limit > 0 && current.scraped.kept > rules_.sample_limit)
    return finish(current, base::Error{fmt::format("{} samples, more than sample_limit {}",
                                                   current.scraped.kept, rules_.sample_limit)});
  return finish(current, std::nullopt);
}

Scraped SeriesCache::fail(base::Error error, int64_t time_ms) {
  Current current({}, Reader::Format::text, time_ms);
  current.number = ++scrapes_;
  current.known_before = known_.size();
  return finish(current, std::move(error));
}

Scraped SeriesCache::end(int64_t time_ms) {
  Scraped scraped = fail({}, time_ms);
  scraped.error.reset();
  return scraped;
}

base::Result<void> SeriesCache::read(Current& current) {
  Type type{};
  while (true) {
    switch (current.reader.next()) {
      case Item::end:
        return {};
      case Item::failed:
        return base::fail("{}", current.reader.error());
      case Item::type:
        type = as_far_as_it_matters(current.reader.type());
        break;
      case Item::help:
      case Item::unit:
        break;
      case Item::series: {
        const auto found = find(current, type);
        if (!found) return tl::unexpected(found.error());
        if (!current.reader.read_point()) break;  // The next item says so.
        next_order_.push_back(*found);
        keep(current, known_[*found]);
      }
    }
  }
}

/// Index into known_.
base::Result<uint32_t> SeriesCache::find(Current& current, Type type) {
  if (current.cursor < order_.size()) {
    const uint32_t expected = order_[current.cursor];
    const Known& known = known_[expected];
    if (known.type == type && current.reader.skip_series(known.text)) {
      ++current.cursor;
      return expected;
    }
  }
  current.is_in_order = false;
  if (!current.reader.read_series()) return base::fail("{}", current.reader.error());
  const auto found = by_text_.find(current.reader.series_text());
  if (found == by_text_.end()) return make(current, type);
  const Known& known = known_[found->second];
  if (known.type != type) {
    by_text_.erase(found);
    return make(current, type);
  }
  if (known.seen == last_good_) current.cursor = known.place + 1;
  return found->second;
}

base::Result<uint32_t> SeriesCache::make(Current& current, Type type) {
  const Reader& reader = current.reader;
  const auto labels = labels_.merge(reader.name(), reader.labels(), type);
  if (!labels) return tl::unexpected(labels.error());
  for (const auto& [name, value] : *labels) current.fresh.add(name, value);
  if (!current.fresh.end_series()) return base::fail("the labels of all series are too large");
  const auto index = static_cast<uint32_t>(known_.size());
  Known& known = known_.emplace_back();
  known.text = texts_->text(reader.series_text());
  known.type = type;
  known.table = static_cast<uint32_t>(tables_.size());
  known.series = static_cast<uint32_t>(current.fresh.size() - 1);
  by_text_.emplace(known.text, index);
  return index;
}

void SeriesCache::keep(Current& current, Known& known) {
  const auto own_time = rules_.honor_timestamps ? current.reader.time_ms() : std::nullopt;
  const int64_t time = own_time.value_or(current.time_ms);
  Scraped& scraped = current.scraped;
  ++scraped.samples;
  ++scraped.kept;
  const bool is_repeated = known.seen == current.number;
  if (!is_repeated) {
    if (known.seen == 0 || known.seen != last_good_) ++scraped.added;
    known.before = std::exchange(known.seen, current.number);
  }
  known.has_own_time = own_time.has_value();
  if (is_repeated && !own_time) {
    ++scraped.repeated;
    return;
  }
  if (time > current.time_ms + kAheadMsMax) {
    ++scraped.out_of_bounds;
    return;
  }
  SampleBatch& batch = current.batch(known.table);
  if (batch.samples.empty() && known.table < tables_.size())
    batch.samples.reserve(tables_[known.table]->size());
  batch.samples.push_back({known.series, time, current.reader.value()});
  if (current.reader.exemplar() != nullptr) keep_exemplar(current, known, time);
}

void SeriesCache::keep_exemplar(Current& current, Known& known, int64_t sample_time_ms) {
  const wire::Exemplar& exemplar = *current.reader.exemplar();
  size_t runes = 0;
  for (const auto& [name, value] : exemplar.labels) runes += runes_of(name) + runes_of(value);
  if (runes > kExemplarRunesMax) return;
  const size_t hash = std::hash<std::string>{}(encode(exemplar, exemplar.time_ms.value_or(0)));
  if (std::exchange(known.exemplar, hash) == hash) return;  // The one of the last scrape.
  const int64_t time = exemplar.time_ms.value_or(sample_time_ms);
  SampleBatch& batch = current.batch(known.table);
  const std::string message = encode(exemplar, time);
  batch.exemplars.push_back(
      {known.series,
       time,
       {static_cast<uint32_t>(batch.buffer.size()), static_cast<uint32_t>(message.size())}});
  batch.buffer += message;
}

/// Markers for the series that were there before this scrape and are not now.
void SeriesCache::mark_gone(Current& current) {
  if (alive_ == 0) return;
  const auto wire_of = [this](const Known& known) {
    return tables_[known.table]->wire(known.series);
  };
  std::unordered_map<std::string_view, const Known*> gone;  // By labels.
  for (const Known& known : known_)
    if (known.seen == alive_ && (!known.has_own_time || rules_.track_timestamps_staleness))
      gone.emplace(wire_of(known), &known);
  // The same labels may stand there in another order.
  if (!gone.empty())
    for (const Known& known : known_)
      if (known.seen == current.number) gone.erase(wire_of(known));
  for (const auto& [labels, known] : gone)
    current.batch(known->table)
        .samples.push_back({known->series, current.time_ms, telemetry::stale_marker()});
}

/// Of a scrape that failed: a target that fails for ever, with other series each time, must not
/// fill the memory.
void SeriesCache::forget_made(Current& current) {
  while (known_.size() > current.known_before) {
    const auto found = by_text_.find(known_.back().text);
    if (found != by_text_.end() && found->second == known_.size() - 1) by_text_.erase(found);
    known_.pop_back();
    ++forgotten_;
  }
  for (Known& known : known_)
    if (known.seen == current.number) known.seen = known.before;
  current.batches.clear();
  if (forgotten_ > 2 * order_.size() + kTablesMax) make_one_table();
}

Scraped SeriesCache::finish(Current& current, std::optional<base::Error> error) {
  if (!error && current.fresh.size() > 0) tables_.push_back(current.fresh.build());
  if (error) forget_made(current);
  mark_gone(current);
  alive_ = error ? 0 : current.number;
  if (!error) last_good_ = current.number;
  for (uint32_t table = 0; table < current.batches.size(); ++table)
    current.batches[table].series = tables_[table];
  std::erase_if(current.batches, [](const SampleBatch& batch) { return batch.samples.empty(); });
  current.scraped.batches = std::move(current.batches);
  if (!error) {
    const bool is_changed = !current.is_in_order || current.cursor != order_.size();
    order_.swap(next_order_);
    if (is_changed)
      for (uint32_t place = 0; place < order_.size(); ++place) known_[order_[place]].place = place;
    if (is_changed && is_fragmented()) make_one_table();
  }
  current.scraped.error = std::move(error);
  return std::move(current.scraped);
}

/// Whether there are many tables, or more than half of what is known is not there any more.
bool SeriesCache::is_fragmented() const {
  return tables_.size() > kTablesMax || known_.size() > 2 * order_.size() + kTablesMax;
}

/// One table of the series of the last body; the others are forgotten. Not when they do not fit.
void SeriesCache::make_one_table() {
  size_t bytes = 0;
  for (const uint32_t index : order_)
    bytes += tables_[known_[index].table]->wire(known_[index].series).size();
  if (bytes > SeriesTable::Builder::kBytesMax) return;
  auto texts = std::make_unique<base::Arena>();
  SeriesTable::Builder builder;
  std::deque<Known> alive;
  std::unordered_map<uint32_t, uint32_t> moved;
  for (uint32_t& index : order_) {
    const auto [place, is_new] = moved.try_emplace(index, static_cast<uint32_t>(alive.size()));
    if (is_new) {
      Known& known = alive.emplace_back(known_[index]);
      known.text = texts->text(known.text);
      builder.add_series(tables_[known.table]->wire(known.series));
      known.table = 0;
      known.series = static_cast<uint32_t>(builder.size() - 1);
    }
    index = place->second;
  }
  by_text_.clear();
  known_.swap(alive);
  texts_.swap(texts);
  for (uint32_t i = 0; i < known_.size(); ++i) by_text_.emplace(known_[i].text, i);
  tables_ = {builder.build()};
  forgotten_ = 0;
}

}  // namespace components::prometheus::scrape
