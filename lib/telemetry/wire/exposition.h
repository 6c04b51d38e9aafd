#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/series_table.h"

/// What a target answers to a scrape: Prometheus' text format 0.0.4 and OpenMetrics 1.0, read as
/// strictly as Prometheus reads them (its parser accepts some things that the specifications do
/// not, and the other way round; the tests list them).
namespace telemetry::wire {

enum class MetricType : uint8_t {
  unknown,
  counter,
  gauge,
  histogram,
  gauge_histogram,
  summary,
  info,
  stateset,
};

/// A number with the labels of something that it stands for, such as a trace.
struct Exemplar {
  std::vector<LabelView> labels;
  double value = 0;
  std::optional<int64_t> time_ms;
};

/// Reads an exposition, one item after the other, without a copy of its text.
///
/// A target exposes the same series, in the same order, each time. So a series need not be taken
/// apart again: skip_series() compares its text with the one of the last scrape, and that is all.
class ExpositionReader {
 public:
  enum class Format { text, open_metrics };
  enum class Item { series, type, help, unit, end, failed };

  /// `body` outlives the reader.
  ExpositionReader(std::string_view body, Format format);

  /// Goes to the next item. After `series`, skip_series() or read_series() and then read_point()
  /// must be called; each of them that fails makes the next item `failed`, which is the last one.
  Item next();

  // Of a series.

  /// Whether the text of the series (its name and labels, as series_text() gave it) is `known`;
  /// then goes on after it.
  bool skip_series(std::string_view known);
  /// Takes the series apart. False when it is malformed.
  bool read_series();
  /// Its text as written in the body.
  std::string_view series_text() const { return series_text_; }
  std::string_view name() const { return name_; }
  /// The labels without the name, in the order in which they stand there; a name may be there
  /// twice. Valid until the next item.
  const std::vector<LabelView>& labels() const { return labels_; }
  /// Reads to the end of the line. False when that is malformed.
  bool read_point();
  double value() const { return value_; }
  std::optional<int64_t> time_ms() const { return time_ms_; }
  /// OpenMetrics only. Valid until the next item.
  const Exemplar* exemplar() const { return exemplar_ ? &*exemplar_ : nullptr; }

  // Of type, help and unit.

  std::string_view family() const { return name_; }
  MetricType type() const { return type_; }
  /// Of help and unit, without escapes. Valid until the next item.
  std::string_view text() const { return text_; }

  // Of failed.

  /// What is wrong, with the number of its line.
  const std::string& error() const { return error_; }

 private:
  bool is_open_metrics() const { return format_ == Format::open_metrics; }
  bool is_end() const { return at_ >= body_.size(); }
  bool is_at(char c) const { return at_ < body_.size() && body_[at_] == c; }
  bool is_at(std::string_view text) const { return body_.substr(at_).starts_with(text); }
  bool take(char c);
  bool take(std::string_view text);
  void skip_blanks();
  bool skip_separator();
  std::string_view take_name(bool with_colon);
  std::string_view take_word(std::string_view ends);
  std::optional<std::string_view> take_quoted();
  std::string_view unescape(std::string_view text, std::string_view escapes);
  Item read_comment();
  Item read_metadata(Item item);
  Item read_type(std::string_view word);
  Item read_eof();
  bool read_labels(std::vector<LabelView>& labels, bool may_name_metric);
  bool read_number(double& out, std::string_view what);
  bool read_time(std::optional<int64_t>& out);
  bool read_exemplar();
  bool fail(std::string_view what);
  Item failed(std::string_view what);

  const std::string_view body_;
  const Format format_;
  size_t at_ = 0;
  size_t item_at_ = 0;
  std::string error_;

  std::string_view series_text_;
  std::string_view name_;
  std::vector<LabelView> labels_;
  double value_ = 0;
  std::optional<int64_t> time_ms_;
  std::optional<Exemplar> exemplar_;
  MetricType type_ = MetricType::unknown;
  std::string_view text_;
  /// Texts that had escapes, for the views of the current item; the first `unescaped_used_`.
  std::deque<std::string> unescaped_;
  size_t unescaped_used_ = 0;
};

}  // namespace telemetry::wire
