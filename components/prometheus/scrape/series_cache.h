#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "components/prometheus/scrape/series_labels.h"
#include "telemetry/sample_batch.h"
#include "telemetry/wire/exposition.h"

namespace components::prometheus::scrape {

struct ScrapeRules {
  LabelRules labels;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  uint64_t sample_limit = 0;  ///< 0: none
};

/// What one scrape gave. On a failure `batches` has only the markers of the series that are gone.
struct Scraped {
  std::vector<telemetry::SampleBatch> batches;  ///< of one table each; acks are not set
  uint64_t samples = 0;                         ///< that the target exposed
  uint64_t kept = 0;                            ///< of these, after the limits
  uint64_t added = 0;                           ///< series that were not there at the last scrape
  uint64_t repeated = 0;                        ///< samples of a series that came before; dropped
  uint64_t out_of_bounds = 0;                   ///< samples from the future; dropped
  std::optional<base::Error> error;
};

/// The series of one target, from scrape to scrape, and what becomes of them.
///
/// A target exposes the same series in the same order each time. So the text of each series is
/// remembered in that order, and a line whose text is the expected one needs a comparison and no
/// more. Tables of series are immutable (series_table.h): those that a scrape adds are a table of
/// their own, and once there are too many, or too much in them is gone, one is made of all.
///
/// A series that was there at the last scrape and is not now gets a marker, unless it is there with
/// its labels written in another order; and so do all of them when a scrape fails. Series with
/// times of their own do not, unless that is asked for. One thread.
class SeriesCache {
 public:
  explicit SeriesCache(ScrapeRules rules);

  /// Takes a body apart. `time_ms`: of the scrape, for samples that bring no time of their own.
  Scraped scrape(std::string_view body, telemetry::wire::ExpositionReader::Format format,
                 int64_t time_ms);
  /// The scrape gave no body that could be read.
  Scraped fail(base::Error error, int64_t time_ms);
  /// The target is gone: markers for all series.
  Scraped end(int64_t time_ms);

  void set_sample_limit(uint64_t samples) { rules_.sample_limit = samples; }
  /// Series that are remembered, those that are gone among them.
  size_t series() const { return known_.size(); }

 private:
  using Type = telemetry::wire::MetricType;
  using Reader = telemetry::wire::ExpositionReader;

  struct Known {
    std::string_view text;  ///< of the series, as written in the body; in texts_
    Type type{};            ///< of the family, as far as it changes labels
    uint32_t table = 0;     ///< index into tables_
    uint32_t series = 0;
    uint32_t place = 0;  ///< index into order_
    uint64_t seen = 0;   ///< number of the last scrape that had it, and of the one before
    uint64_t before = 0;
    bool has_own_time = false;
    size_t exemplar = 0;  ///< hash of the last one
  };
  /// The scrape that goes on.
  struct Current;

  base::Result<void> read(Current& current);
  base::Result<uint32_t> find(Current& current, Type type);
  base::Result<uint32_t> make(Current& current, Type type);
  void keep(Current& current, Known& known);
  void keep_exemplar(Current& current, Known& known, int64_t sample_time_ms);
  void mark_gone(Current& current);
  void forget_made(Current& current);
  Scraped finish(Current& current, std::optional<base::Error> error);
  bool is_fragmented() const;
  void make_one_table();

  ScrapeRules rules_;
  SeriesLabels labels_;
  uint64_t scrapes_ = 0;
  uint64_t last_good_ = 0;  ///< number of the last good scrape
  uint64_t alive_ = 0;      ///< that, while its series are there; 0: none are
  std::vector<telemetry::SeriesTablePtr> tables_;
  std::unique_ptr<base::Arena> texts_ = std::make_unique<base::Arena>();
  std::deque<Known> known_;
  std::unordered_map<std::string_view, uint32_t> by_text_;  ///< indexes into known_
  std::vector<uint32_t> order_;                             ///< of the last body, likewise
  std::vector<uint32_t> next_order_;
  size_t forgotten_ = 0;  ///< series whose texts are still in texts_
};

}  // namespace components::prometheus::scrape
