#include "components/prometheus/relabel/signature.h"

namespace components::prometheus::relabel {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", Need::required,
                                         "Receivers of the relabelled samples."),
    schema::block<&Arguments::rule>("rule", Need::optional, "Relabel rules, applied in order.",
                                    kRule),
    schema::attr<&Arguments::max_cache_size>(
        "max_cache_size", Need::optional,
        "For Grafana Alloy; results are remembered for the series that targets have now."),
    schema::attr<&Arguments::cache_ttl>("cache_ttl", Need::optional,
                                        "For Grafana Alloy, as max_cache_size."),
};

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", Need::required, "Takes samples to relabel."),
    schema::attr<&Exports::rules>("rules", Need::required, "The rules, for `relabel_rules`."),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  check_cache_size(arguments.max_cache_size, scope);
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "prometheus.relabel",
    .doc = "Changes, adds and removes labels of samples, or drops samples, by relabel rules.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::prometheus::relabel
