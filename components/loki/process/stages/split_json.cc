#include "components/loki/process/stages/json_scanner.h"
#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct SplitJsonArgs {
  std::optional<std::string> source;
};

namespace {

constexpr schema::Field kSplitJsonFields[] = {
    schema::attr<&SplitJsonArgs::source>("source", Need::optional,
                                         "Extracted value to read instead of the line."),
};

/// Makes an entry of each element of a JSON array; its line is the element as written there.
class SplitJsonStage final : public Stage {
 public:
  SplitJsonStage(const SplitJsonArgs& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        created_(build.flow.created()),
        dropped_(build.dropped("split_json_stage")) {
    scanner_.want_top_level();
  }

  void process(Frame& frame) override {
    kept_.clear();
    uint64_t made = 0;
    uint64_t empty = 0;
    for (const uint32_t row : frame.rows) {
      const auto text = source_.text(frame, row);
      if (!text || !scanner_.scan_array(*text)) {
        kept_.push_back(row);
        continue;
      }
      // Slices first: copying rows may put more into the buffer.
      elements_.clear();
      for (const JsonFound& found : scanner_.found())
        elements_.push_back(frame.slice_of(whole_json_text(found)));
      if (elements_.empty()) ++empty;
      for (size_t i = 0; i < elements_.size(); ++i) {
        const uint32_t part = i == 0 ? row : frame.copy_row(row, row);
        frame.entry(part).line = elements_[i];
        kept_.push_back(part);
      }
      made += elements_.empty() ? 0 : elements_.size() - 1;
    }
    frame.rows = kept_;
    created_->add(made);
    dropped_.add(empty);
  }

 private:
  Source source_;
  JsonScanner scanner_;
  const telemetry::Flow::Counter created_;
  const Drops dropped_;
  std::vector<telemetry::Slice> elements_;
  std::vector<uint32_t> kept_;
};

StagePointer make(const SplitJsonArgs& args, Build& build) {
  return std::make_unique<SplitJsonStage>(args, build);
}

void track(const SplitJsonArgs&, telemetry::LabelTracker& labels) {
  note_extraction(labels);
  note_line_change(labels);
}

}  // namespace

constexpr StageKindOf<SplitJsonArgs> kSplitJson = stage_kind<SplitJsonArgs, make, track>(
    "stage.split_json", "Splits a JSON array into one entry per element.",
    schema::schema_of(kSplitJsonFields));

}  // namespace components::loki::process::stages
