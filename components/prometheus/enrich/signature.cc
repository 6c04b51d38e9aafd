#include "components/prometheus/enrich/signature.h"

namespace components::prometheus::enrich {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::targets>("targets", Need::required, "Where labels come from."),
    schema::attr<&Arguments::target_to_metric_match>(
        "target_to_metric_match", Need::optional,
        "Labels of targets, and the labels of samples that must all have the same values."),
    schema::attr<&Arguments::target_match_label>("target_match_label", Need::optional,
                                                 "As target_to_metric_match, for one label."),
    schema::attr<&Arguments::metrics_match_label>(
        "metrics_match_label", Need::optional,
        "The label of samples for target_match_label; unset: the same name."),
    schema::attr<&Arguments::labels_to_copy>("labels_to_copy", Need::optional,
                                             "Labels of the target to add; unset: all."),
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the enriched samples."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", Need::required, "Takes samples to enrich."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (!scope.known({"target_to_metric_match", "target_match_label"})) return;
  const bool has_one = !arguments.target_match_label.empty();
  if (has_one == !arguments.target_to_metric_match.empty())
    scope.error("target_match_label", "C088",
                "one of target_to_metric_match and target_match_label must be set{}",
                has_one ? ", not both" : "");
}

}  // namespace

std::map<std::string, std::string> Arguments::matches() const {
  if (!target_to_metric_match.empty()) return target_to_metric_match;
  return {
      {target_match_label, metrics_match_label.empty() ? target_match_label : metrics_match_label}};
}

constexpr schema::Signature kSignature{
    .name = "prometheus.enrich",
    .doc = "Adds labels of discovered targets to the samples that have the same value of a label.",
    .stability = schema::Stability::experimental,
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::prometheus::enrich
