#include "components/pyroscope/relabel/signature.h"

namespace components::pyroscope::relabel {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the relabelled profiles."),
    schema::block<&Arguments::rule>("rule", Need::optional, "Relabel rules, applied in order.",
                                    kRule),
    schema::attr<&Arguments::max_cache_size>("max_cache_size", Need::optional,
                                             "Label sets whose result is remembered."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", Need::required, "Takes profiles to relabel."),
    schema::attr<&Exports::rules>("rules", Need::required, "The rules, for `relabel_rules`."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  check_cache_size(arguments.max_cache_size, scope);
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "pyroscope.relabel",
    .doc = "Changes, adds and removes labels of profiles, or drops profiles, by relabel rules.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::pyroscope::relabel
