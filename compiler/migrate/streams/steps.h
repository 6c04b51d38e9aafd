#pragma once
#include <string>
#include <vector>

#include "compiler/migrate/streams/host_run.h"
#include "compiler/migrate/streams/state.h"

namespace compiler::migrate::streams {

/// What is between a service on syslog and its move, worst first.
std::vector<Blocker> blockers(const ServiceState& service, const HostRun& host,
                              const ComposeFiles& compose);

/// What to do on a host, in order; empty when nothing of it moves and no port is left over.
std::vector<std::string> steps(const HostState& state, const HostRun& host,
                               const ComposeFiles& compose);

}  // namespace compiler::migrate::streams
