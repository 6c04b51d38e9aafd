#include "components/loki/process/stages.h"
#include "components/loki/process/template_/bound_template.h"

namespace components::loki::process {
namespace {

/// Sets an extracted value to what the template makes; nothing made deletes it.
class TemplateStage final : public Stage {
 public:
  TemplateStage(const template_::Args& args, Build& build)
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
  template_::BoundTemplate template_;
};

}  // namespace

StagePointer make_stage(const template_::Args& args, Build& build) {
  return std::make_unique<TemplateStage>(args, build);
}

}  // namespace components::loki::process
