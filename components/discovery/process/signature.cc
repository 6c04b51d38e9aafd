#include "components/discovery/process/signature.h"

namespace components::discovery::process {

using namespace river::schema;

namespace {

constexpr Field kDiscoverFields[] = {
    attr<&DiscoverConfig::cwd>("cwd", Need::optional, "Whether to set __meta_process_cwd."),
    attr<&DiscoverConfig::exe>("exe", Need::optional, "Whether to set __meta_process_exe."),
    attr<&DiscoverConfig::commandline>("commandline", Need::optional,
                                       "Whether to set __meta_process_commandline."),
    attr<&DiscoverConfig::username>("username", Need::optional,
                                    "Whether to set __meta_process_username."),
    attr<&DiscoverConfig::uid>("uid", Need::optional, "Whether to set __meta_process_uid."),
    attr<&DiscoverConfig::container_id>("container_id", Need::optional,
                                        "Whether to set __container_id__."),
    attr<&DiscoverConfig::cgroup_path>("cgroup_path", Need::optional,
                                       "Whether to set __meta_process_cgroup_path."),
};
constexpr BlockSchema kDiscover = schema_of(kDiscoverFields);

void validate(const Arguments& arguments, Scope& scope) {
  if (scope.known("refresh_interval") && arguments.refresh_interval.value.count() <= 0)
    scope.error("refresh_interval", "C074", "refresh_interval must be above 0");
}

constexpr Field kFields[] = {
    attr<&Arguments::join>("join", Need::optional,
                           "Targets whose labels are added to the process with the same "
                           "__process_pid__, or to those with the same __container_id__."),
    attr<&Arguments::refresh_interval>("refresh_interval", Need::optional,
                                       "How often processes are listed."),
    block<&Arguments::discover_config>("discover_config", Need::optional, "Which labels are set.",
                                       kDiscover),
};

constexpr Field kExports[] = {
    attr<&Exports::targets>("targets", Need::required, "One target per process."),
};

}  // namespace

const Signature kSignature{
    .name = "discovery.process",
    .doc = "Finds the processes of this host.",
    .arguments = schema_of<Arguments, validate>(kFields),
    .exports = kExports,
    .make_arguments = make_arguments<Arguments>,
};

}  // namespace components::discovery::process
