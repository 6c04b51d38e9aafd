#include <re2/re2.h>

#include <map>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/text_match.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct StructuredMetadataArgs {
  std::map<std::string, std::optional<std::string>> values;
  river::schema::Regex regex;
};

namespace {

constexpr schema::Field kStructuredMetadataFields[] = {
    schema::attr<&StructuredMetadataArgs::values>("values", Need::optional,
                                                  "Source by name; empty means the same name."),
    schema::attr<&StructuredMetadataArgs::regex>("regex", Need::optional,
                                                 "Also moves what has a matching name."),
};

void validate(const StructuredMetadataArgs&, schema::Scope& scope) {
  if (!scope.given("values") && !scope.given("regex"))
    scope.error("", "C079", "stage.structured_metadata needs \"values\" or \"regex\"");
}

using telemetry::Label;
using telemetry::Slice;

/// Puts extracted values, then labels, into structured metadata; labels leave the label set.
class StructuredMetadataStage final : public Stage {
 public:
  StructuredMetadataStage(const StructuredMetadataArgs& args, Build& build)
      : regex_(args.regex.compiled) {
    for (const auto& [name, given] : args.values) {
      const std::string source = given && !given->empty() ? *given : name;
      pairs_.push_back({name, source, build.names.read(source)});
    }
    if (!regex_) return;
    build.names.read_matching(regex_);
    for (const auto& [name, slot] : build.names.all())
      if (re2::RE2::PartialMatch(name, *regex_)) pairs_.push_back({name, name, slot});
  }

  void process(Frame& frame) override {
    names_.clear();
    for (const Pair& pair : pairs_) names_.push_back(frame.put(pair.name));
    moves_.assign(frame.batch.label_sets.size(), std::nullopt);
    for (const uint32_t row : frame.rows) {
      for (size_t i = 0; i < pairs_.size(); ++i)
        if (frame.has(row, pairs_[i].slot))
          frame.set_metadata(row, names_[i], frame.cell(row, pairs_[i].slot));
      if (regex_)
        for (const auto& [name, value] : frame.named(row))
          if (MatchText(frame.batch.text(name)).matches(*regex_))
            frame.set_metadata(row, name, value);
      move_labels(frame, row);
    }
  }

 private:
  struct Pair {
    std::string name;
    std::string source;
    Slot slot;
  };
  /// What becomes of a label set: its labels as pairs, and the set that is left.
  struct Move {
    std::vector<telemetry::Metadata> pairs;
    uint32_t left = 0;
  };

  void move_labels(Frame& frame, uint32_t row) {
    const uint32_t labels = frame.entry(row).labels;
    if (labels >= moves_.size()) moves_.resize(labels + size_t{1});
    if (!moves_[labels]) {
      Move made = make_move(frame, labels);  // It may add label sets.
      moves_[labels] = std::move(made);
    }
    const Move& move = *moves_[labels];
    for (const auto& [name, value] : move.pairs) frame.set_metadata(row, name, value);
    frame.entry(row).labels = move.left;
  }

  Move make_move(Frame& frame, uint32_t labels) const {
    Move out{.pairs = {}, .left = labels};
    std::vector<Label> left;
    const telemetry::Labels set = frame.batch.label_sets[labels];
    for (const Label& label : set.all()) {
      const std::string* name = name_for(label.first);
      if (name == nullptr)
        left.push_back(label);
      else
        out.pairs.push_back({frame.put(*name), frame.put(label.second)});
    }
    if (!out.pairs.empty()) out.left = frame.batch.intern(telemetry::Labels(std::move(left)));
    return out;
  }

  /// The metadata's name for a label that is to be moved; nullptr for others.
  const std::string* name_for(const std::string& label) const {
    for (const Pair& pair : pairs_)
      if (pair.source == label) return &pair.name;
    return regex_ && re2::RE2::PartialMatch(label, *regex_) ? &label : nullptr;
  }

  std::shared_ptr<const re2::RE2> regex_;
  std::vector<Pair> pairs_;
  std::vector<Slice> names_;                // Of pairs_, in this batch.
  std::vector<std::optional<Move>> moves_;  // By label set of this batch.
};

StagePointer make(const StructuredMetadataArgs& args, Build& build) {
  return std::make_unique<StructuredMetadataStage>(args, build);
}

void track(const StructuredMetadataArgs& args, telemetry::LabelTracker& labels) {
  note_line_change(labels);  // Filters read it like labels of the line.
  labels.erase_if([&](const std::string& name) {
    for (const auto& [given_name, source] : args.values)
      if ((source && !source->empty() ? *source : given_name) == name) return true;
    return args.regex.compiled && re2::RE2::PartialMatch(name, *args.regex.compiled);
  });
}

}  // namespace

constexpr StageKindOf<StructuredMetadataArgs> kStructuredMetadata =
    stage_kind<StructuredMetadataArgs, make, track>(
        "stage.structured_metadata", "Moves extracted values and labels to structured metadata.",
        schema::schema_of<StructuredMetadataArgs, validate>(kStructuredMetadataFields));

}  // namespace components::loki::process::stages
