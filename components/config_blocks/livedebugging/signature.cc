#include "components/config_blocks/livedebugging/signature.h"

namespace components::config_blocks::livedebugging {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::enabled>("enabled", schema::Need::optional,
                                      "Stream what components do to the UI."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (arguments.enabled)
    scope.warning("enabled", "C090", "\"enabled\" is accepted but has no effect yet");
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "livedebugging",
    .doc = "Live debugging in the UI.",
    .takes_label = false,
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::config_blocks::livedebugging
