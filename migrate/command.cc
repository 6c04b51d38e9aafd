#include "migrate/command.h"

#include <algorithm>

#include "migrate/apply/plan.h"
#include "migrate/gather.h"

namespace migrate {

namespace {

constexpr int kError = 1;
constexpr int kLeftAlone = 2;

Gathered gather(const Input& input) {
  Gathered gathered;
  gathered.report.fleet = fleet_state(input.fleet, gathered.run);
  read_and_judge(input, gathered);
  return gathered;
}

CommandResult carry_out(const Plan& plan, bool dry_run, std::string said) {
  CommandResult result;
  result.err = std::move(said);
  for (const base::Error& error : plan.errors) result.err += "cfgc: " + error.message + "\n";
  if (!plan.errors.empty()) {
    result.err += "nothing was written\n";
    result.exit_code = kError;
    return result;
  }
  if (dry_run) {
    result.out = diff_of(plan);
  } else if (const auto done = write(plan); !done) {
    result.err += "cfgc: " + done.error().message + "\n";
    result.exit_code = kError;
    return result;
  } else {
    for (const FileChange& change : plan.changes) result.out += change.path.string() + "\n";
  }
  for (const std::string& place : plan.left_alone) result.err += "left alone: " + place + "\n";
  result.err += fmt::format("{} {}, {} left alone\n", plan.changes.size(),
                            plan.changes.size() == 1 ? "file changed" : "files changed",
                            plan.left_alone.size());
  result.exit_code = plan.left_alone.empty() ? 0 : kLeftAlone;
  return result;
}

/// What stands between the moving services and their move: the user's work, named before the files.
std::string blockers(const FleetState& fleet) {
  std::string text;
  for (const HostState& host : fleet.hosts)
    for (const ServiceState& service : host.services)
      for (const Blocker& blocker : service.blockers)
        if (service.moves && !blocker.is_hint)
          text += fmt::format("{}/{}: {}\n", host.host, service.service, blocker.message);
  return text;
}

}  // namespace

CommandResult run_report(const ReportCommand& command) {
  Gathered gathered = gather(command.input);
  return show(gathered, command.input, command.format);
}

CommandResult run_apply(const ApplyCommand& command) {
  Gathered gathered = gather(command.input);
  for (const base::Error& error : gathered.report.io_errors)
    gathered.run.io_errors.push_back(error);
  if (gathered.has_errors())
    return {kError, "", problems(gathered, command.input.fleet.check) + "nothing was written\n"};
  const Plan plan = plan_apply(gathered.report, command.input.fleet.inventory, command.dual_until);
  return carry_out(plan, command.dry_run, blockers(gathered.report.fleet));
}

CommandResult run_cleanup(const CleanupCommand& command) {
  Gathered gathered;
  gathered.report.fleet = fleet_state(command.input.fleet, gathered.run);
  if (gathered.has_errors())
    return {kError, "", problems(gathered, command.input.fleet.check) + "nothing was written\n"};
  const auto& named = command.input.fleet.services;
  std::vector<VerifiedService> verified;
  std::string waiting;
  for (const HostState& host : gathered.report.fleet.hosts)
    for (const ServiceState& service : host.services) {
      if (!service.port_is_unused) continue;
      if (std::find(named.begin(), named.end(), service.service) != named.end())
        verified.push_back({host.host, service.service});
      else
        waiting += fmt::format("{}: {}_syslog_port on {} is reserved and unused\n",
                               service.port_place, service.service, host.host);
    }
  const Plan plan = plan_cleanup(verified, command.input.fleet.inventory);
  return carry_out(plan, command.dry_run,
                   named.empty() && !waiting.empty()
                       ? waiting + "say which rollouts are verified with --services\n"
                       : "");
}

}  // namespace migrate
