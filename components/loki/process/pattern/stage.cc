#include "components/loki/process/captures.h"
#include "components/loki/process/pattern/pattern_signature.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

/// Keeps the captures of each text that the pattern matches.
class PatternStage final : public Stage {
 public:
  PatternStage(const pattern::Args& args, Build& build)
      : source_(args.source.value_or(""), build.names),
        pattern_(pattern::Pattern::parse(args.pattern).value_or(pattern::Pattern())) {
    for (size_t i = 0; i < pattern_.names().size(); ++i)
      captures_.add(pattern_.names()[i], i, args.labels_from_groups, build.names);
  }

  void process(Frame& frame) override {
    if (captures_.needed() == 0) return;
    for (const uint32_t row : frame.rows)
      if (const auto text = source_.text(frame, row); text && pattern_.match(*text, texts_))
        captures_.store(frame, row, texts_);
  }

 private:
  Source source_;
  pattern::Pattern pattern_;
  Captures captures_;
  std::vector<std::string_view> texts_;
};

}  // namespace

StagePointer make_stage(const pattern::Args& args, Build& build) {
  return std::make_unique<PatternStage>(args, build);
}

}  // namespace components::loki::process
