#include "components/loki/process/truncate/signature.h"

namespace components::loki::process::truncate {

namespace schema = river::schema;
using schema::Need;

namespace {

constexpr schema::Field kRuleFields[] = {
    schema::attr<&Rule::limit>("limit", Need::required, "Longest text in bytes, suffix included."),
    schema::attr<&Rule::suffix>("suffix", Need::optional, "Put at the end of what was cut."),
    schema::attr<&Rule::sources>("sources", Need::optional, "Names to cut; none means all."),
    schema::attr<&Rule::source_type>("source_type", Need::optional, "What is cut."),
};

void validate_rule(const Rule& rule, schema::Scope& scope) {
  if (!scope.known({"limit", "suffix"})) return;
  if (rule.limit.bytes <= rule.suffix.size())
    scope.error("limit", "C088", "limit must be above the length of the suffix, {} bytes",
                rule.suffix.size());
}

constexpr schema::BlockSchema kRule = schema::schema_of<Rule, validate_rule>(kRuleFields);

constexpr schema::Field kFields[] = {
    schema::block<&Args::rule>("rule", Need::required, "What to cut, in order.", kRule),
};

}  // namespace

constexpr schema::BlockSchema kSchema = schema::schema_of(kFields);

}  // namespace components::loki::process::truncate
