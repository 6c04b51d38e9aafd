#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/stage.h"
#include "components/loki/process/stages/template_language.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct TemplateArgs {
  std::string source;
  std::string template_;
};

namespace {

constexpr schema::Field kTemplateFields[] = {
    schema::attr<&TemplateArgs::source>("source", Need::required, "Extracted value to set."),
    schema::attr<&TemplateArgs::template_>("template", Need::required, "The template."),
};

void validate(const TemplateArgs& args, schema::Scope& scope) {
  if (!scope.known("template")) return;
  if (const auto parsed = parse_template(args.template_); !parsed)
    scope.error("template", "C085", "bad template: {}", parsed.error().message);
}

/// Sets an extracted value to what the template makes; nothing made deletes it.
class TemplateStage final : public Stage {
 public:
  TemplateStage(const TemplateArgs& args, Build& build)
      : slot_(build.names.read(args.source)), template_(args.template_, build.names) {}

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) {
      const auto made = template_.run(frame, row, frame.value(row, slot_));
      if (!made) continue;
      if (made->empty())
        frame.erase(row, slot_);
      else
        frame.set(row, slot_, *made);
    }
  }

 private:
  Slot slot_;
  BoundTemplate template_;
};

StagePointer make(const TemplateArgs& args, Build& build) {
  return std::make_unique<TemplateStage>(args, build);
}

}  // namespace

constexpr StageKindOf<TemplateArgs> kTemplate = stage_kind<TemplateArgs, make, track_extraction>(
    "stage.template", "Computes an extracted value with a Go template.",
    schema::schema_of<TemplateArgs, validate>(kTemplateFields));

}  // namespace components::loki::process::stages
