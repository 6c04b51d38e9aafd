#include <re2/re2.h>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/regex_sequence.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct RegexArgs {
  river::schema::Regex expression;
  std::optional<std::string> source;
  bool labels_from_groups = false;
};

namespace {

constexpr schema::Field kRegexFields[] = {
    schema::attr<&RegexArgs::expression>("expression", Need::required,
                                         "Regex with named groups; its first match counts."),
    schema::attr<&RegexArgs::source>("source", Need::optional,
                                     "Extracted value to read instead of the line."),
    schema::attr<&RegexArgs::labels_from_groups>("labels_from_groups", Need::optional,
                                                 "Also set a label for each named group."),
};

void validate(const RegexArgs& args, schema::Scope& scope) {
  if (!scope.known("expression") || !args.expression.compiled) return;
  if (args.expression.compiled->NamedCapturingGroups().empty())
    scope.warning("expression", "C082", "the regex has no named group, so it extracts nothing")
        .with_help("name a group: (?P<level>[A-Z]+)");
}

/// Matches each line once and keeps slices of the groups that somebody reads.
class RegexStage final : public Stage {
 public:
  RegexStage(const RegexArgs& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        regex_(args.expression.compiled),
        sequence_(RegexSequence::compile(args.expression.source)) {
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
    const auto quick = sequence_ ? sequence_->match(text, groups_) : RegexSequence::Answer::ask_re2;
    if (quick != RegexSequence::Answer::ask_re2) return quick == RegexSequence::Answer::match;
    pieces_.resize(groups_.size());
    if (!MatchText(text).find(*regex_, 0, pieces_)) return false;
    for (size_t i = 0; i < groups_.size(); ++i) groups_[i] = {pieces_[i].data(), pieces_[i].size()};
    return true;
  }

  Source source_;
  std::shared_ptr<const re2::RE2> regex_;
  Captures captures_;
  std::optional<RegexSequence> sequence_;  // Tried first, when the regex is simple enough.
  std::vector<std::string_view> groups_;   // 0 is the whole match.
  std::vector<re2::StringPiece> pieces_;
};

StagePointer make(const RegexArgs& args, Build& build) {
  return std::make_unique<RegexStage>(args, build);
}

void track(const RegexArgs& args, telemetry::LabelTracker& labels) {
  labels.extract();
  if (!args.labels_from_groups || !args.expression.compiled) return;
  for (const auto& [name, group] : args.expression.compiled->NamedCapturingGroups())
    labels.set_from_line(name);
}

}  // namespace

constexpr StageKindOf<RegexArgs> kRegex = stage_kind<RegexArgs, make, track>(
    "stage.regex", "Extracts values by the named groups of a regex.",
    schema::schema_of<RegexArgs, validate>(kRegexFields));

}  // namespace components::loki::process::stages
