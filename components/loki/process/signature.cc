#include "components/loki/process/signature.h"

namespace components::loki::process {

namespace schema = river::schema;

namespace {

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::forward_to>("forward_to", schema::Need::required,
                                         "Receivers of the processed entries."),
    schema::squash<&Arguments::stages>(stages::kStageBlocks),
};

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
