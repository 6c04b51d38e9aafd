#include "components/otelcol/processor_batch/signature.h"

#include <set>

#include "base/text.h"
#include "river/schema/decode.h"

namespace components::otelcol::processor_batch {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::timeout>("timeout", Need::optional,
                                      "Longest time an item waits for others; 0: none waits."),
    schema::attr<&Arguments::send_batch_size>(
        "send_batch_size", Need::optional,
        "Spans, data points or log records at which a batch is sent; 0: any number."),
    schema::attr<&Arguments::send_batch_max_size>("send_batch_max_size", Need::optional,
                                                  "Most items in a batch; 0: no limit."),
    schema::attr<&Arguments::metadata_keys>(
        "metadata_keys", Need::optional,
        "Headers of the sender; items with other values go into other batches."),
    schema::attr<&Arguments::metadata_cardinality_limit>(
        "metadata_cardinality_limit", Need::optional,
        "Maximum number of combinations of their values."),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
    schema::block<&Arguments::output>("output", Need::required, "Receivers of the batches.",
                                      kOutput),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  const auto check = [&](std::string_view name, int64_t value) {
    if (scope.known(name) && value < 0) scope.error(name, "C061", "{} is below 0", name);
  };
  check("timeout", arguments.timeout.value.count());
  check("send_batch_size", arguments.send_batch_size);
  check("send_batch_max_size", arguments.send_batch_max_size);
  check("metadata_cardinality_limit", arguments.metadata_cardinality_limit);
  if (scope.known({"send_batch_size", "send_batch_max_size"}) &&
      arguments.send_batch_max_size != 0 &&
      arguments.send_batch_max_size < arguments.send_batch_size)
    scope.error("send_batch_max_size", "C113", "send_batch_max_size {} is below send_batch_size {}",
                arguments.send_batch_max_size, arguments.send_batch_size);
  std::set<std::string> seen;
  for (const std::string& key : arguments.metadata_keys)
    if (scope.known("metadata_keys") && !seen.insert(base::to_lower(key)).second)
      scope.error("metadata_keys", "C114", "metadata key \"{}\" is given twice", key);
}

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.processor.batch",
    .doc = "Makes fewer and larger batches of traces, metrics and logs.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kConsumerExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::otelcol::processor_batch
