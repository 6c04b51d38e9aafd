#include "components/loki/process/label_memo.h"
#include "components/loki/process/stages.h"

namespace components::loki::process {
namespace {

constexpr std::string_view kTenantLabel = "__tenant_id__";

/// Sets the label that loki.write reads the tenant from.
class TenantStage final : public Stage {
 public:
  TenantStage(const tenant::Args& args, Build& build) : label_(args.label), value_(args.value) {
    if (!args.source.empty()) slot_ = build.names.read(args.source);
  }

  void process(Frame& frame) override {
    for (const uint32_t row : frame.rows) {
      if (slot_ && !frame.has(row, *slot_)) continue;
      telemetry::Slice values[1] = {slot_ ? frame.cell(row, *slot_) : telemetry::Slice{}};
      memo_.apply(frame, row, values, [&](const telemetry::Labels& old) {
        const std::string_view tenant = slot_            ? frame.batch.text(values[0])
                                        : label_.empty() ? std::string_view(value_)
                                                         : old.get(label_);
        if (tenant.empty()) return old;
        telemetry::LabelsBuilder builder(old);
        builder.set(kTenantLabel, tenant);
        return builder.build();
      });
    }
  }

 private:
  std::string label_;
  std::string value_;
  std::optional<Slot> slot_;
  LabelMemo memo_;
};

}  // namespace

StagePointer make_stage(const tenant::Args& args, Build& build) {
  return std::make_unique<TenantStage>(args, build);
}

}  // namespace components::loki::process
