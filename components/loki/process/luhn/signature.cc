#include "components/loki/process/luhn/signature.h"

namespace components::loki::process::luhn {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Args::replacement>("replacement", schema::Need::optional,
                                     "What is written instead."),
    schema::attr<&Args::source>("source", schema::Need::optional,
                                "Extracted value to read instead of the line."),
    schema::attr<&Args::min_length>("min_length", schema::Need::optional,
                                    "Least number of digits."),
    schema::attr<&Args::delimiters>("delimiters", schema::Need::optional,
                                    "Characters that may stand inside a number."),
    schema::attr<&Args::skip_regex>("skip_regex", schema::Need::optional,
                                    "Matches of this regex are left alone."),
};

void validate(const Args&, schema::Scope& scope) {
  // To pass card numbers on unmasked would be worse than to refuse the configuration.
  scope.error("", "C091", "tributary does not have stage.luhn yet");
}

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of<Args, validate>(kFields);

}  // namespace components::loki::process::luhn
