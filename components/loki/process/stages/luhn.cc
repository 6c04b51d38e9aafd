#include "components/loki/process/stages/luhn.h"

namespace components::loki::process::stages {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kLuhnFields[] = {
    schema::attr<&LuhnArgs::replacement>("replacement", Need::optional, "Replacement text."),
    schema::attr<&LuhnArgs::source>("source", Need::optional,
                                    "Extracted value to read instead of the line."),
    schema::attr<&LuhnArgs::min_length>("min_length", Need::optional, "Smallest number of digits."),
    schema::attr<&LuhnArgs::delimiters>("delimiters", Need::optional,
                                        "Characters allowed between the digits."),
    schema::attr<&LuhnArgs::skip_regex>("skip_regex", Need::optional,
                                        "Matches of this regex are left alone."),
};

void validate(const LuhnArgs&, schema::Scope& scope) {
  // To pass card numbers on unmasked would be worse than to refuse the configuration.
  scope.error("", "C091", "tributary does not have stage.luhn yet");
}

}  // namespace

constexpr StageKindOf<LuhnArgs> kLuhn =
    stage_kind<LuhnArgs>("stage.luhn", "Masks digits that pass the Luhn check, as card numbers do.",
                         schema::schema_of<LuhnArgs, validate>(kLuhnFields));

}  // namespace components::loki::process::stages
