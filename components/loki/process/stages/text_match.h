#pragma once
#include <re2/re2.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/match_text.h"
#include "telemetry/text.h"

namespace components::loki::process::stages {

using telemetry::MatchText;

/// Where the named parts of a matched text go: to the extracted values that somebody reads and, on
/// demand, to labels.
class Captures {
 public:
  /// `index` is that of the text in what store() is given.
  void add(std::string_view name, size_t index, bool to_label, Names& names) {
    const auto slot = names.write(name);
    const bool label = to_label && base::is_label_name(name);
    if (slot) outputs_.push_back({index, *slot});
    if (label) labels_.push_back({index, std::string(name)});
    if (slot || label) needed_ = std::max(needed_, index + 1);
  }

  /// How many texts store() looks at; 0: nobody reads any.
  size_t needed() const { return needed_; }

  /// The texts are parts of the batch's buffer; one without data is an empty text.
  void store(Frame& frame, uint32_t row, std::span<const std::string_view> texts) {
    for (const Output& output : outputs_)
      frame.set(row, output.slot, frame.slice_of(texts[output.index]));
    if (!labels_.empty()) set_labels(frame, row, texts);
  }

 private:
  struct Output {
    size_t index;
    Slot slot;
  };
  struct Label {
    size_t index;
    std::string name;
  };

  void set_labels(Frame& frame, uint32_t row, std::span<const std::string_view> texts) {
    values_.clear();
    for (const Label& label : labels_) values_.push_back(frame.slice_of(texts[label.index]));
    memo_.apply(frame, row, values_, [&](const telemetry::Labels& old) {
      telemetry::LabelsBuilder builder(old);
      for (size_t i = 0; i < labels_.size(); ++i)
        if (const auto value = frame.batch.text(values_[i]); telemetry::is_utf8(value))
          builder.set(labels_[i].name, value);
      return builder.build();
    });
  }

  std::vector<Output> outputs_;
  std::vector<Label> labels_;
  size_t needed_ = 0;
  std::vector<telemetry::Slice> values_;
  LabelMemo memo_;
};

}  // namespace components::loki::process::stages
