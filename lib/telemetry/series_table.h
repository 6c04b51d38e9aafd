#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/labels.h"

namespace telemetry {

/// One label of a series, in the bytes of its table.
struct LabelView {
  std::string_view name;
  std::string_view value;
};

/// The label sets of many series, immutable and shared by all that samples pass through.
///
/// A target exposes the same series at each scrape. So the scraper makes a table once, and samples
/// are indexes into it; who changes labels (series_rewrite.h) does it once per table; and since a
/// set is kept as the bytes that remote write sends, sending is a copy. One buffer holds all sets:
/// some 110 bytes a series, where a `Labels` with its strings takes 700.
class SeriesTable {
 public:
  /// Walks over the labels of one series, in order of their names.
  class Reader {
   public:
    explicit Reader(std::string_view wire) : rest_(wire) {}
    /// False at the end.
    bool next(LabelView& label);

   private:
    std::string_view rest_;
  };
  class Builder;

  size_t size() const { return ends_.size(); }
  /// The labels, as the fields `labels` (1) of a TimeSeries of Prometheus' remote write.
  std::string_view wire(uint32_t series) const {
    const uint32_t begin = series == 0 ? 0 : ends_[series - 1];
    return std::string_view(bytes_).substr(begin, ends_[series] - begin);
  }
  Reader labels(uint32_t series) const { return Reader(wire(series)); }
  /// The value, or "" when there is no such label.
  std::string_view get(uint32_t series, std::string_view name) const;
  /// Equal for equal label sets, in this process.
  size_t hash(uint32_t series) const { return hash_of(wire(series)); }
  static size_t hash_of(std::string_view wire);

  size_t bytes() const { return bytes_.capacity() + ends_.capacity() * sizeof(uint32_t); }

 private:
  std::string bytes_;
  std::vector<uint32_t> ends_;
};
using SeriesTablePtr = std::shared_ptr<const SeriesTable>;

/// Makes a table, series by series.
class SeriesTable::Builder {
 public:
  /// What a table may hold, in bytes of its label sets.
  static constexpr size_t kBytesMax = size_t{256} << 20;

  /// Adds a label to the series that is being made: in order of the names, none of them twice,
  /// none empty.
  void add(std::string_view name, std::string_view value);
  /// Ends the series and gives back its index; false, and the series is not in the table, when the
  /// table is full.
  bool end_series();
  /// Adds a whole series; the labels are sorted and complete.
  bool add_series(const std::vector<Label>& labels);
  /// Adds a whole series that is in another table.
  bool add_series(std::string_view wire);

  size_t size() const { return table_.ends_.size(); }
  SeriesTablePtr build();

 private:
  SeriesTable table_;
};

}  // namespace telemetry
