#include <re2/re2.h>

#include "components/loki/process/captures.h"
#include "components/loki/process/regex/sequence.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

/// Matches each line once and keeps slices of the groups that somebody reads.
class RegexStage final : public Stage {
 public:
  RegexStage(const regex::Args& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        regex_(args.expression.compiled),
        sequence_(regex::Sequence::compile(args.expression.source)) {
    for (const auto& [name, index] : regex_->NamedCapturingGroups())
      captures_.add(name, static_cast<size_t>(index), args.labels_from_groups, build.names);
    groups_.resize(captures_.needed());
  }

  void process(Frame& frame) override {
    if (groups_.empty()) return;
    for (const uint32_t row : frame.rows)
      if (const auto text = source_.text(frame, row); text && match(*text))
        captures_.store(frame, row, groups_);
  }

 private:
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

  Source source_;
  std::shared_ptr<const re2::RE2> regex_;
  Captures captures_;
  std::optional<regex::Sequence> sequence_;  // Tried first, when the regex is simple enough.
  std::vector<std::string_view> groups_;     // 0 is the whole match.
  std::vector<re2::StringPiece> pieces_;
};

}  // namespace

StagePointer make_stage(const regex::Args& args, Build& build) {
  return std::make_unique<RegexStage>(args, build);
}

}  // namespace components::loki::process
