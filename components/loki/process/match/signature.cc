#include "components/loki/process/match/signature.h"

#include <algorithm>

#include "components/loki/process/match/selector_signature.h"
#include "components/loki/process/stage_args_signature.h"

namespace components::loki::process::match {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr auto kStages = stage_fields<&Args::stages>();

constexpr auto kFields = [] {
  std::array<schema::Field, kStages.size() + 4> fields;
  fields[0] = schema::attr<&Args::selector>("selector", Need::required,
                                            "Stream selector with optional line filters.");
  fields[1] =
      schema::attr<&Args::action>("action", Need::optional, "Keep matching entries, or drop them.");
  fields[2] = schema::attr<&Args::pipeline_name>("pipeline_name", Need::optional, "Has no effect.");
  fields[3] = schema::attr<&Args::drop_counter_reason>("drop_counter_reason", Need::optional,
                                                       "Reason on the drop counter.");
  std::copy(kStages.begin(), kStages.end(), fields.begin() + 4);
  return fields;
}();

void validate(const Args& args, schema::Scope& scope) {
  if (scope.known("selector"))
    if (const auto selector = parse_selector(args.selector); !selector)
      scope.error("selector", "C084", "bad selector: {}", selector.error().message);
  if (!scope.known("action")) return;
  if (args.action == Action::drop && !args.stages.empty())
    scope.error("action", "C089", "a stage.match that drops may hold no stages");
  if (args.action == Action::keep && args.stages.empty())
    scope.error("selector", "C089", "a stage.match that keeps needs stages for what it matches");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::match
