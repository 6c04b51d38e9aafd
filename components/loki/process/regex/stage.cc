#include <re2/re2.h>

#include "components/loki/process/label_memo.h"
#include "components/loki/process/regex/sequence.h"
#include "components/loki/process/stages.h"
#include "telemetry/label_name.h"
#include "telemetry/utf8.h"

namespace components::loki::process {
namespace {

/// Matches each line once and keeps slices of the groups that somebody reads.
class RegexStage final : public Stage {
 public:
  RegexStage(const regex::Args& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        regex_(args.expression.compiled),
        sequence_(regex::Sequence::compile(args.expression.source)) {
    for (const auto& [name, index] : regex_->NamedCapturingGroups()) {
      if (const auto slot = build.names.write(name)) outputs_.push_back({index, *slot});
      if (args.labels_from_groups && telemetry::is_label_name(name))
        labels_.push_back({index, name});
    }
    int last = 0;
    for (const Output& output : outputs_) last = std::max(last, output.group);
    for (const Label& label : labels_) last = std::max(last, label.group);
    groups_.resize(static_cast<size_t>(last) + 1);
  }

  void process(Frame& frame) override {
    if (outputs_.empty() && labels_.empty()) return;
    for (const uint32_t row : frame.rows)
      if (const auto text = source_.text(frame, row)) extract(frame, row, *text);
  }

 private:
  struct Output {
    int group;
    Slot slot;
  };
  struct Label {
    int group;
    std::string name;
  };

  void extract(Frame& frame, uint32_t row, std::string_view text) {
    if (!match(text)) return;
    for (const Output& output : outputs_)
      frame.set(row, output.slot, slice(frame, text, output.group));
    if (!labels_.empty()) set_labels(frame, row, text);
  }

  bool match(std::string_view text) {
    using regex::Sequence;
    const auto quick = sequence_ ? sequence_->match(text, groups_) : Sequence::Answer::ask_re2;
    if (quick != Sequence::Answer::ask_re2) return quick == Sequence::Answer::match;
    const re2::StringPiece piece(text.data(), text.size());
    pieces_.resize(groups_.size());
    if (!regex_->Match(piece, 0, piece.size(), re2::RE2::UNANCHORED, pieces_.data(),
                       static_cast<int>(pieces_.size())))
      return false;
    for (size_t i = 0; i < groups_.size(); ++i) groups_[i] = {pieces_[i].data(), pieces_[i].size()};
    return true;
  }

  /// A group that took no part in the match is an empty text.
  telemetry::Slice slice(const Frame& frame, std::string_view text, int index) const {
    const std::string_view group = groups_[static_cast<size_t>(index)];
    return frame.slice_of(group.data() == nullptr ? text.substr(0, 0) : group);
  }

  void set_labels(Frame& frame, uint32_t row, std::string_view text) {
    values_.clear();
    for (const Label& label : labels_) values_.push_back(slice(frame, text, label.group));
    memo_.apply(frame, row, values_, [&](const telemetry::Labels& old) {
      telemetry::LabelsBuilder builder(old);
      for (size_t i = 0; i < labels_.size(); ++i)
        if (const auto value = frame.batch.text(values_[i]); telemetry::is_utf8(value))
          builder.set(labels_[i].name, value);
      return builder.build();
    });
  }

  Source source_;
  std::shared_ptr<const re2::RE2> regex_;
  std::vector<Output> outputs_;
  std::vector<Label> labels_;
  std::optional<regex::Sequence> sequence_;  // Tried first, when the regex is simple enough.
  std::vector<std::string_view> groups_;
  std::vector<re2::StringPiece> pieces_;
  std::vector<telemetry::Slice> values_;
  LabelMemo memo_;
};

}  // namespace

StagePointer make_stage(const regex::Args& args, Build& build) {
  return std::make_unique<RegexStage>(args, build);
}

}  // namespace components::loki::process
