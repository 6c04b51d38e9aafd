#include <re2/re2.h>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/template_language.h"
#include "components/loki/process/stages/text_match.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct ReplaceArgs {
  river::schema::Regex expression;
  std::string source;
  std::string replace;
};

namespace {

constexpr schema::Field kReplaceFields[] = {
    schema::attr<&ReplaceArgs::expression>("expression", Need::required,
                                           "Regex; the text of its groups is replaced."),
    schema::attr<&ReplaceArgs::source>("source", Need::optional,
                                       "Extracted value to change instead of the line."),
    schema::attr<&ReplaceArgs::replace>("replace", Need::optional, "Template of the new text."),
};

void validate(const ReplaceArgs& args, schema::Scope& scope) {
  if (scope.known("expression") && args.expression.compiled &&
      args.expression.compiled->NumberOfCapturingGroups() == 0)
    scope.warning("expression", "C082", "the regex has no group, so it replaces nothing")
        .with_help("put parentheses around the text to replace");
  if (!scope.known("replace")) return;
  if (const auto parsed = parse_template(args.replace); !parsed)
    scope.error("replace", "C085", "bad template: {}", parsed.error().message);
}

/// Replaces, in every match, the text of each group by what the template makes of it.
class ReplaceStage final : public Stage {
 public:
  ReplaceStage(const ReplaceArgs& args, Build& build)
      : source_(args.source, build.names),
        regex_(args.expression.compiled),
        template_(args.replace, build.names),
        groups_(static_cast<size_t>(regex_->NumberOfCapturingGroups()) + 1),
        outputs_(groups_.size()) {
    for (const auto& [name, index] : regex_->NamedCapturingGroups())
      outputs_[static_cast<size_t>(index)] = build.names.write(name);
  }

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) {
      const auto text = source_.text(frame, row);
      if (!text || text->empty()) continue;
      made_.assign(groups_.size(), std::nullopt);
      std::string out;
      if (!rewrite(frame, row, std::string(*text), out)) continue;
      source_.set(frame, row, frame.put(out));
      for (size_t i = 0; i < made_.size(); ++i)
        if (made_[i] && outputs_[i]) frame.set(row, *outputs_[i], *made_[i]);
    }
  }

 private:
  /// False when nothing matched.
  bool rewrite(const Frame& frame, uint32_t row, const std::string& text, std::string& out) {
    size_t done = 0;  // Text up to here is in `out`.
    bool any = false;
    const MatchText readable(text);
    telemetry::Matches all(readable, *regex_);
    while (all.next(groups_)) {
      any = true;
      for (size_t i = 1; i < groups_.size(); ++i) {
        if (groups_[i].data() == nullptr) continue;
        const auto start = static_cast<size_t>(groups_[i].data() - text.data());
        if (start < done) continue;  // Inside a group that was replaced.
        const std::string_view group(groups_[i].data(), groups_[i].size());
        const auto made = template_.run(frame, row, group);
        if (!made) continue;
        out.append(text, done, start - done);
        out += *made;
        done = start + group.size();
        made_[i] = *made;
      }
    }
    out.append(text, done);
    return any;
  }

  Source source_;
  std::shared_ptr<const re2::RE2> regex_;
  BoundTemplate template_;
  std::vector<re2::StringPiece> groups_;
  std::vector<std::optional<Slot>> outputs_;
  std::vector<std::optional<std::string>> made_;  // Of the row that is being worked on.
};

StagePointer make(const ReplaceArgs& args, Build& build) {
  return std::make_unique<ReplaceStage>(args, build);
}

void track(const ReplaceArgs& args, telemetry::LabelTracker& labels) {
  note_extraction(labels);
  if (args.source.empty()) note_line_change(labels);
}

}  // namespace

constexpr StageKindOf<ReplaceArgs> kReplace = stage_kind<ReplaceArgs, make, track>(
    "stage.replace", "Replaces text in the line or in an extracted value.",
    schema::schema_of<ReplaceArgs, validate>(kReplaceFields));

}  // namespace components::loki::process::stages
