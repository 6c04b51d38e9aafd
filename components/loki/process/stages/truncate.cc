#include <set>

#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/labels.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct TruncateRule {
  river::schema::ByteSize limit;
  std::string suffix;
  std::vector<std::string> sources;
  SourceType source_type = SourceType::line;
};

struct TruncateArgs {
  std::vector<TruncateRule> rule;
};

namespace {

constexpr schema::Field kTruncateRuleFields[] = {
    schema::attr<&TruncateRule::limit>("limit", Need::required,
                                       "Longest text in bytes, suffix included."),
    schema::attr<&TruncateRule::suffix>("suffix", Need::optional,
                                        "Put at the end of what was cut."),
    schema::attr<&TruncateRule::sources>("sources", Need::optional,
                                         "Names to cut; none means all."),
    schema::attr<&TruncateRule::source_type>("source_type", Need::optional, "What is cut."),
};

void validate(const TruncateRule& rule, schema::Scope& scope) {
  if (!scope.known({"limit", "suffix"})) return;
  if (rule.limit.bytes <= rule.suffix.size())
    scope.error("limit", "C088", "limit must be above the length of the suffix, {} bytes",
                rule.suffix.size());
}

constexpr schema::BlockSchema kTruncateRule =
    schema::schema_of<TruncateRule, validate>(kTruncateRuleFields);

constexpr schema::Field kTruncateFields[] = {
    schema::block<&TruncateArgs::rule>("rule", Need::required, "What to cut, in order.",
                                       kTruncateRule),
};

using telemetry::Slice;

std::string_view name_of(SourceType type) {
  for (const auto& [name, value] : river::schema::kEnumNames<SourceType>)
    if (value == type) return name;
  return {};
}

/// Where to cut so that no character is split: at `limit` or up to three bytes before.
size_t character_start(std::string_view text, size_t limit) {
  for (size_t at = limit; at > 0 && limit - at <= 3; --at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80) return at;
  return limit;  // Not UTF-8.
}

/// Cuts, rule after rule, what is longer than the rule's limit.
class TruncateStage final : public Stage {
 public:
  TruncateStage(const TruncateArgs& args, Build& build) : names_(build.names) {
    for (const TruncateRule& rule : args.rule) {
      rules_.push_back(
          {rule,
           {},
           build.metrics.counter("loki_process_truncated_fields_total", "Texts that were cut.",
                                 {{"field", std::string(name_of(rule.source_type))}})});
      for (const std::string& name : rule.sources)
        if (const auto slot = build.names.write(name)) rules_.back().slots.push_back(*slot);
    }
    mark_ = build.names.write("truncated");
  }

  void process(Frame& frame) override {
    marks_.assign(mark_ ? frame.batch.entries.size() : 0, {});
    for (const CountedRule& rule : rules_) {
      uint64_t cut = 0;
      by_index_.clear();
      for (const uint32_t row : frame.rows) {
        const size_t here = apply(frame, row, rule);
        cut += here;
        if (here > 0 && mark_) marks_[row].insert(name_of(rule.rule.source_type));
      }
      rule.cut->add(cut);
    }
    if (!mark_) return;
    for (const uint32_t row : frame.rows)
      if (!marks_[row].empty()) frame.set(row, *mark_, fmt::to_string(fmt::join(marks_[row], ",")));
  }

 private:
  struct CountedRule {
    TruncateRule rule;
    std::vector<Slot> slots;  // Of its sources.
    std::shared_ptr<base::metrics::Counter> cut;
  };
  /// What a rule makes of one label set of the batch.
  struct CutLabels {
    uint32_t labels = 0;
    size_t cut = 0;
  };

  /// How many texts of the entry were cut.
  size_t apply(Frame& frame, uint32_t row, const CountedRule& rule) {
    switch (rule.rule.source_type) {
      case SourceType::line:
        return cut_slice(frame, frame.entry(row).line, rule.rule,
                         [&](Slice cut) { frame.entry(row).line = cut; });
      case SourceType::label:
        return cut_labels(frame, row, rule.rule);
      case SourceType::structured_metadata:
        return cut_metadata(frame, row, rule.rule);
      case SourceType::extracted:
        return cut_extracted(frame, row, rule);
    }
    return 0;
  }

  template <class Store>
  static size_t cut_slice(Frame& frame, Slice slice, const TruncateRule& rule, Store store) {
    if (slice.size <= rule.limit.bytes) return 0;
    const size_t room = rule.limit.bytes - rule.suffix.size();
    slice.size = static_cast<uint32_t>(character_start(frame.batch.text(slice), room));
    if (!rule.suffix.empty()) slice = frame.put(std::string(frame.batch.text(slice)) + rule.suffix);
    store(slice);
    return 1;
  }

  static bool names(const TruncateRule& rule, std::string_view name) {
    const auto& all = rule.sources;
    return all.empty() || std::find(all.begin(), all.end(), name) != all.end();
  }

  /// Each label set of the batch is cut once, not once per line.
  size_t cut_labels(Frame& frame, uint32_t row, const TruncateRule& rule) {
    const uint32_t labels = frame.entry(row).labels;
    if (by_index_.size() <= labels) by_index_.resize(frame.batch.label_sets.size());
    auto& known = by_index_[labels];
    if (!known) known = cut_set(frame, labels, rule);
    frame.entry(row).labels = known->labels;
    return known->cut;
  }

  static CutLabels cut_set(Frame& frame, uint32_t labels, const TruncateRule& rule) {
    const telemetry::Labels old = frame.batch.label_sets[labels];
    telemetry::LabelsBuilder builder(old);
    CutLabels out{labels, 0};
    for (const auto& [name, value] : old.all()) {
      if (!names(rule, name) || value.size() <= rule.limit.bytes) continue;
      const size_t room = rule.limit.bytes - rule.suffix.size();
      builder.set(name, value.substr(0, character_start(value, room)) + rule.suffix);
      ++out.cut;
    }
    if (out.cut > 0) out.labels = frame.batch.intern(builder.build());
    return out;
  }

  size_t cut_metadata(Frame& frame, uint32_t row, const TruncateRule& rule) {
    size_t cut = 0;
    pairs_.clear();
    for (const auto& pair : frame.batch.metadata_of(frame.entry(row)))
      if (names(rule, frame.batch.text(pair.name))) pairs_.push_back(pair);
    for (const auto& pair : pairs_)
      cut += cut_slice(frame, pair.value, rule,
                       [&](Slice value) { frame.set_metadata(row, pair.name, value); });
    return cut;
  }

  size_t cut_extracted(Frame& frame, uint32_t row, const CountedRule& rule) {
    size_t cut = 0;
    const auto cut_slot = [&](Slot slot) {
      if (frame.has(row, slot))
        cut += cut_slice(frame, frame.cell(row, slot), rule.rule,
                         [&](Slice value) { frame.set(row, slot, value); });
    };
    if (!rule.rule.sources.empty()) {
      for (const Slot slot : rule.slots) cut_slot(slot);
      return cut;
    }
    for (Slot slot = 0; slot < names_.size(); ++slot) cut_slot(slot);
    for (auto& pair : frame.named(row))
      cut += cut_slice(frame, pair.value, rule.rule, [&](Slice value) { pair.value = value; });
    return cut;
  }

  const Names& names_;  // The pipeline's, complete when lines come.
  std::vector<CountedRule> rules_;
  std::optional<Slot> mark_;

  // Of the frame that is being worked on.
  std::vector<std::set<std::string_view>> marks_;  // Kinds of text that were cut, by row.
  std::vector<std::optional<CutLabels>> by_index_;
  std::vector<telemetry::Metadata> pairs_;
};

StagePointer make(const TruncateArgs& args, Build& build) {
  return std::make_unique<TruncateStage>(args, build);
}

}  // namespace

constexpr StageKindOf<TruncateArgs> kTruncate = stage_kind<TruncateArgs, make, track_line_change>(
    "stage.truncate", "Cuts what is too long.", schema::schema_of(kTruncateFields));

}  // namespace components::loki::process::stages
