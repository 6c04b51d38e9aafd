#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "telemetry/labels.h"
#include "telemetry/sample_batch.h"
#include "telemetry/series_table.h"

namespace telemetry {

/// A table after its labels were changed, and where each of its series went.
struct RewrittenSeries {
  static constexpr uint32_t kDropped = UINT32_MAX;

  SeriesTablePtr table;  ///< null: nothing has changed
  /// By index in the table before: the index in `table`, or kDropped. Two series may have become
  /// one.
  std::vector<uint32_t> places;
};
using RewrittenSeriesPtr = std::shared_ptr<const RewrittenSeries>;

/// Changes the labels of series, and remembers what became of each table for as long as somebody
/// else uses that table. Thread safe.
class SeriesRewriter {
 public:
  /// Changes the labels of one series; false drops it. A series without labels is dropped, too.
  using Rewrite = std::function<bool(LabelsBuilder& labels)>;

  explicit SeriesRewriter(Rewrite rewrite) : rewrite_(std::move(rewrite)) {}

  struct Answer {
    RewrittenSeriesPtr rewritten;
    bool is_new = false;  ///< the table was not known
  };
  Answer of(const SeriesTablePtr& table) const;
  /// In the tables that are remembered.
  size_t series() const;

 private:
  static constexpr size_t kForgetMin = 16;
  struct Known {
    std::weak_ptr<const SeriesTable> table;
    RewrittenSeriesPtr rewritten;
  };
  RewrittenSeriesPtr rewrite(const SeriesTablePtr& table) const;
  void forget_dead() const REQUIRES_LOCK(mutex_);

  const Rewrite rewrite_;
  mutable base::Mutex mutex_;
  mutable std::unordered_map<const SeriesTable*, Known> known_ GUARDED_BY(mutex_);
  /// Number of tables at which dead ones are looked for.
  mutable size_t forget_at_ GUARDED_BY(mutex_) = kForgetMin;
};

/// Moves the samples of a batch to the rewritten table; those of dropped series are taken out.
/// Gives back how many that were.
size_t move_to(const RewrittenSeries& rewritten, SampleBatch& batch);

}  // namespace telemetry
