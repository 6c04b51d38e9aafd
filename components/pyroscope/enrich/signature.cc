#include "components/pyroscope/enrich/signature.h"

namespace components::pyroscope::enrich {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::targets>("targets", Need::required, "Where labels come from."),
    schema::attr<&Arguments::target_match_label>(
        "target_match_label", Need::required,
        "Label of the targets that is compared; of equal targets the last one counts."),
    schema::attr<&Arguments::profiles_match_label>(
        "profiles_match_label", Need::optional,
        "The label of profiles that must have the same value; unset: the same name."),
    schema::attr<&Arguments::labels_to_copy>("labels_to_copy", Need::optional,
                                             "Labels of the target to add; unset: all."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the enriched profiles."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", Need::required, "Takes profiles to enrich."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (scope.known("target_match_label") && arguments.target_match_label.empty())
    scope.error("target_match_label", "C088", "target_match_label is empty");
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "pyroscope.enrich",
    .doc = "Adds labels of discovered targets to the profiles that have the same value of a label.",
    .stability = schema::Stability::experimental,
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::pyroscope::enrich
