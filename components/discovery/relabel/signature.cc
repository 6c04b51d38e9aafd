#include "components/discovery/relabel/signature.h"

#include "components/shared/streams.h"

namespace components::discovery::relabel {

using namespace river::schema;

namespace {

constexpr Field kFields[] = {
    attr<&Arguments::targets>("targets", Need::required, "Targets to change and choose from."),
    block<&Arguments::rule>("rule", Need::optional, "Rules, applied in order to each target.",
                            kRule),
};
constexpr BlockSchema kArguments = schema_of(kFields);

constexpr Field kExports[] = {
    attr<&Exports::output>("output", Need::required, "The targets that the rules kept."),
    attr<&Exports::rules>("rules", Need::required, "The rules, for a source's relabel_rules."),
};

std::any streams(const Arguments& arguments) {
  return Streams{.targets = &arguments.targets, .rules = &arguments.rule};
}

}  // namespace

const Signature kSignature{
    .name = "discovery.relabel",
    .doc = "Changes the labels of targets and drops targets by rules.",
    .arguments = kArguments,
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
    .streams = hook<Arguments, streams>,
};

}  // namespace components::discovery::relabel
