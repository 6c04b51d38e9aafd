#pragma once
#include <memory>
#include <string>

#include "components/discovery/process/signature.h"
#include "components/discovery/shared/poller.h"

namespace components::discovery::process {

/// The processes below a folder such as /proc. What may not be read of one gives no label. One that
/// ends meanwhile is no target, nor are threads of the kernel where exe or cwd is wanted.
///
///     __process_pid__             always
///     __meta_process_exe          what its program is, as it sees it
///     __meta_process_cwd
///     __meta_process_commandline  arguments, with a blank between them
///     __meta_process_username     of its real user, when the host knows the name
///     __meta_process_uid
///     __container_id__            out of its control group
///     __meta_process_cgroup_path
Poller::Found list_processes(const std::string& proc, const DiscoverConfig& wanted);

/// The targets to be joined that belong to no process, then those of processes, with the labels of
/// the target that has their pid, or else their container's id, over their own.
river::schema::Targets join_targets(const river::schema::Targets& processes,
                                    const river::schema::Targets& join);

/// discovery.process: exports what list_processes() finds.
class ProcessDiscovery final : public Discovery<Arguments, Exports> {
 public:
  ProcessDiscovery(Context context, const Arguments& arguments);

 private:
  base::Result<std::shared_ptr<Search>> make(const Arguments& arguments) override;

  std::shared_ptr<base::metrics::Counter> failures_;
};

}  // namespace components::discovery::process
