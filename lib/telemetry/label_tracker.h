#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace telemetry {

/// The labels that entries can have at one place of their way through a configuration, known in
/// part. Stages say to it what they do to labels, so that `cfgc migrate` works out the streams of a
/// configuration that it does not run. Used by one thread at a time.
class LabelTracker {
 public:
  /// The value of a label; empty: there is none.
  using Lookup = std::function<std::string_view(std::string_view name)>;

  /// What some labels must fulfil.
  struct Clause {
    std::vector<std::string> reads;  ///< names of labels
    std::function<bool(const Lookup& label)> holds;
  };

  /// What entries of a branch must fulfil: all of it.
  struct Condition {
    std::vector<Clause> clauses;
    bool reads_line = false;  ///< depends on the line, too, where the labels do
    bool of_arrival = false;  ///< reads the labels that the entry came with
    std::string line_test;    ///< what it asks of the line; equal texts ask the same
  };

  /// What a stage does to lines rather than to labels.
  enum class LineEffect : uint8_t { drops, changes };

  virtual ~LabelTracker() = default;

  /// What follows is said by the stage of this number in the list that is gone through.
  virtual void stage(size_t index) = 0;
  /// This stage drops some of the lines, or changes them.
  virtual void touch_lines(LineEffect effect) = 0;

  /// Values have been taken from the line: from here on an extracted value can be anything.
  virtual void extract() = 0;
  virtual void set(std::string_view name, std::string_view value) = 0;
  /// Sets it to the extracted value `source`: of an entry from whose line nothing was extracted
  /// that is the label which it came with, if there is one.
  virtual void set_extracted(const std::string& name, const std::string& source) = 0;
  /// Whether extract() was said: extracted values are not the labels that entries came with.
  virtual bool has_extracted() const = 0;
  /// Sets it to the value of another label, where that is there.
  virtual void copy(const std::string& from, const std::string& to) = 0;
  /// The line decides: any text, or the label stays as it was.
  virtual void set_from_line(const std::string& name) = 0;
  /// The line decides: one of these texts; or none, when the entry came without the label.
  virtual void set_from_line(const std::string& name, std::span<const std::string_view> texts) = 0;
  virtual void erase_if(const std::function<bool(const std::string& name)>& chosen) = 0;
  /// Entries that fulfil the condition go through `inner`; without it they are dropped.
  virtual void branch(const Condition& condition,
                      const std::function<void(LabelTracker& inner)>& inner) = 0;
};

}  // namespace telemetry
