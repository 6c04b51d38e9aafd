#include "components/otelcol/processor_attributes/signature.h"

#include <re2/re2.h>

namespace components::otelcol::processor_attributes {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kActionFields[] = {
    schema::attr<&Action::key>("key", Need::optional, "The attribute."),
    schema::attr<&Action::value>("value", Need::optional,
                                 "What it becomes: a string, a number, a bool or a list of them."),
    schema::attr<&Action::pattern>(
        "pattern", Need::optional,
        "extract: named groups become attributes; delete and hash: keys that match."),
    schema::attr<&Action::from_attribute>("from_attribute", Need::optional,
                                          "The attribute whose value it gets."),
    schema::attr<&Action::from_context>(
        "from_context", Need::optional,
        "Gets `client.address`, or the header NAME of `metadata.NAME`; several with ; between."),
    schema::attr<&Action::converted_type>("converted_type", Need::optional,
                                          "convert: string, int or double."),
    schema::attr<&Action::action>("action", Need::required, "The action."),
};

bool is_sourced(Verb verb) {
  return verb == Verb::insert || verb == Verb::update || verb == Verb::upsert;
}

void validate_source(const Action& action, schema::Scope& scope) {
  const int sources = (action.value.is_null() ? 0 : 1) + (action.from_attribute.empty() ? 0 : 1) +
                      (action.from_context.empty() ? 0 : 1);
  if (sources != 1)
    scope.error("action", "C096",
                "insert, update and upsert need exactly one of value, from_attribute and "
                "from_context");
  if (action.value.as_object() != nullptr || action.value.as_capsule() != nullptr ||
      action.value.as_function() != nullptr)
    scope.error("value", "C096", "value must be a string, a number, a bool or a list of them");
}

void validate_pattern(const Action& action, schema::Scope& scope) {
  if (!action.pattern.compiled) {
    scope.error("action", "C096", "extract needs a pattern");
    return;
  }
  const auto groups = static_cast<size_t>(action.pattern.compiled->NumberOfCapturingGroups());
  if (groups == 0 || action.pattern.compiled->NamedCapturingGroups().size() != groups)
    scope.error("pattern", "C096", "the pattern of extract needs groups, each of them named")
        .with_help("write (?P<attribute>...)");
}

void validate(const Action& action, schema::Scope& scope) {
  if (!scope.known({"key", "value", "pattern", "from_attribute", "from_context", "converted_type",
                    "action"}))
    return;
  const bool takes_pattern = action.action == Verb::erase || action.action == Verb::hash;
  if (action.key.empty() && !(takes_pattern && !action.pattern.source.empty()))
    scope.error("key", "C096", "key must be set{}", takes_pattern ? ", or pattern" : "");
  if (is_sourced(action.action)) validate_source(action, scope);
  if (action.action == Verb::extract) validate_pattern(action, scope);
  const auto refuse = [&](std::string_view name, bool is_right) {
    if (scope.given(name) && !is_right)
      scope.error(name, "C096", "{} has no meaning for this action", name);
  };
  refuse("value", is_sourced(action.action));
  refuse("from_attribute", is_sourced(action.action));
  refuse("from_context", is_sourced(action.action));
  refuse("pattern", takes_pattern || action.action == Verb::extract);
  refuse("converted_type", action.action == Verb::convert);
  const std::string& type = action.converted_type;
  if (action.action == Verb::convert && type != "string" && type != "int" && type != "double")
    scope.error("converted_type", "C096", "converted_type must be string, int or double");
}

constexpr schema::BlockSchema kAction = schema::schema_of<Action, validate>(kActionFields);

constexpr schema::Field kFields[] = {
    schema::block<&Arguments::include>("include", Need::optional,
                                       "Only items that match are changed.", kMatchProperties),
    schema::block<&Arguments::exclude>("exclude", Need::optional,
                                       "Items that match are not changed.", kMatchProperties),
    schema::block<&Arguments::action>("action", Need::optional, "Changes, applied in order.",
                                      kAction),
    schema::block<&Arguments::output>("output", Need::required, "Receivers of the data.", kOutput),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.processor.attributes",
    .doc = "Changes attributes of spans, log records and data points.",
    .arguments = schema::schema_of(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::processor_attributes
