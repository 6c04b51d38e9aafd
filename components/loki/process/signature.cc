#include "components/loki/process/signature.h"

#include "components/shared/streams.h"

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

std::any streams(const Arguments& arguments) {
  return Streams{
      .receives = true,
      .change = [&](telemetry::LabelTracker& labels) { stages::track(arguments.stages, labels); },
      .forward_to = arguments.forward_to};
}

}  // namespace

constexpr schema::Signature kSignature{
    .name = "loki.process",
    .doc = "Parses, labels, changes and filters log entries in stages.",
    .arguments = schema::schema_of(kFields),
    .exports = kExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .streams = schema::hook<Arguments, streams>,
};

}  // namespace components::loki::process
