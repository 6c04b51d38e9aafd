#include "components/loki/process/stages/kinds.h"
#include "components/loki/process/stages/label_memo.h"
#include "components/loki/process/stages/stage.h"
#include "telemetry/label_tracker.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

struct TenantArgs {
  std::string label;
  std::string source;
  std::string value;
};

namespace {

constexpr schema::Field kTenantFields[] = {
    schema::attr<&TenantArgs::label>("label", Need::optional, "Label to take it from."),
    schema::attr<&TenantArgs::source>("source", Need::optional, "Extracted value to take it from."),
    schema::attr<&TenantArgs::value>("value", Need::optional, "The tenant itself."),
};

void validate(const TenantArgs&, schema::Scope& scope) {
  const int given = scope.given("label") + scope.given("source") + scope.given("value");
  if (given != 1)
    scope.error("", "C087", "stage.tenant needs exactly one of \"label\", \"source\", \"value\"");
}

/// Sets the label that loki.write reads the tenant from.
class TenantStage final : public Stage {
 public:
  TenantStage(const TenantArgs& args, Build& build) : label_(args.label), value_(args.value) {
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
        builder.set(telemetry::kTenantLabel, tenant);
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

StagePointer make(const TenantArgs& args, Build& build) {
  return std::make_unique<TenantStage>(args, build);
}

void track(const TenantArgs& args, telemetry::LabelTracker& labels) {
  const std::string tenant(telemetry::kTenantLabel);
  if (!args.value.empty())
    labels.set(tenant, args.value);
  else if (!args.label.empty())
    labels.copy(args.label, tenant);
  else
    labels.set_extracted(tenant, args.source);
}

}  // namespace

constexpr StageKindOf<TenantArgs> kTenant =
    stage_kind<TenantArgs, make, track>("stage.tenant", "Sets the tenant of entries.",
                                        schema::schema_of<TenantArgs, validate>(kTenantFields));

}  // namespace components::loki::process::stages
