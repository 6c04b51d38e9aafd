#include "components/loki/process/signature.h"

#include <algorithm>

namespace components::loki::process {

namespace schema = river::schema;

namespace {

constexpr auto kStages = stage_fields<&Arguments::stages>();

constexpr auto kFields = [] {
  std::array<schema::Field, kStages.size() + 1> fields;
  fields[0] = schema::attr<&Arguments::forward_to>("forward_to", schema::Need::required,
                                                   "Receivers of the processed entries.");
  std::copy(kStages.begin(), kStages.end(), fields.begin() + 1);
  return fields;
}();

constexpr schema::Field kExports[] = {
    schema::attr<&Exports::receiver>("receiver", schema::Need::required,
                                     "Takes entries to process."),
};

}  // namespace

constexpr schema::Signature kSignature{
    .name = "loki.process",
    .doc = "Parses, labels, changes and filters log entries in stages.",
    .arguments = schema::schema_of(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
};

}  // namespace components::loki::process
