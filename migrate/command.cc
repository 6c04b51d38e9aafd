#include "migrate/command.h"

#include <algorithm>

#include "migrate/apply/plan.h"
#include "migrate/judge/finding.h"
#include "migrate/revision.h"

namespace migrate {

namespace fs = std::filesystem;

namespace {

constexpr int kError = 1;
constexpr int kLeftAlone = 2;

/// A report and what was found on the way to it.
struct Gathered {
  Report report;
  compiler::Run run;

  bool has_errors() const { return !run.io_errors.empty() || run.diagnostics.has_errors(); }
};

/// Findings about the inventory; warnings are for `cfgc validate`, only errors are said here.
std::string problems(Gathered& gathered, const compiler::CheckOptions& check) {
  if (!gathered.has_errors()) return {};
  const CommandResult said = compiler::finish(gathered.run, check, false);
  return said.out + said.err;
}

void add(Mapping& mapping, Mapping other) {
  std::move(other.changes.begin(), other.changes.end(), std::back_inserter(mapping.changes));
  std::move(other.unchanged.begin(), other.unchanged.end(), std::back_inserter(mapping.unchanged));
}

void read_and_judge(const Input& input, Gathered& gathered) {
  Report& report = gathered.report;
  if (!input.map.empty()) {
    auto mapping = read_map(input.map, gathered.run);
    if (mapping)
      add(report.fleet.mapping, std::move(*mapping));
    else
      gathered.run.io_errors.push_back(mapping.error());
  }
  ReadDocuments read = read_documents(input.documents, input.progress);
  report.documents = std::move(read.documents);
  report.io_errors = std::move(read.io_errors);
  report.findings = judge(report.documents, report.fleet.mapping);
}

Gathered gather(const Input& input) {
  Gathered gathered;
  gathered.report.fleet = fleet_state(input.fleet, gathered.run);
  read_and_judge(input, gathered);
  return gathered;
}

CommandResult show(Gathered& gathered, const Input& input, ReportFormat format) {
  CommandResult result;
  result.err = problems(gathered, input.fleet.check);
  result.out = render(gathered.report, format);
  result.exit_code = gathered.has_errors() ? kError : exit_code(gathered.report);
  return result;
}

/// The changes of a mapping by host, for reading; there is no progress to tell of.
std::vector<HostState> hosts_of(const Mapping& mapping) {
  std::vector<HostState> hosts;
  for (const Change& change : mapping.changes) {
    auto host = std::find_if(hosts.begin(), hosts.end(),
                             [&](const HostState& h) { return h.host == change.host; });
    if (host == hosts.end()) host = hosts.insert(hosts.end(), HostState{.host = change.host});
    ServiceState state;
    state.service = change.service;
    state.moves = true;
    state.before = change.before;
    state.after = change.after;
    const auto& known = change.after.empty() ? change.before : change.after;
    if (!known.empty()) state.mechanism = known.front().mechanism;
    for (const StreamFamily& family : change.before) state.streams_before += family.streams;
    for (const StreamFamily& family : change.after) state.streams_after += family.streams;
    host->services.push_back(std::move(state));
  }
  return hosts;
}

/// A state's compiled configs: the folder itself, or a temporary one that was filled.
class CompiledState {
 public:
  base::Result<fs::path> open(const std::string& state, const FleetQuestion& question,
                              compiler::Run& run) {
    std::error_code ignored;
    if (fs::is_directory(state, ignored)) return fs::path(state);
    if (state == "migrated")
      return base::fail("\"migrated\" is compared with \"today\": --from today --to migrated");
    auto folder = TemporaryFolder::make();
    if (!folder) return tl::unexpected(folder.error());
    folder_.emplace(std::move(*folder));
    const auto done =
        state == "today"
            ? compile_today(question.inventory, question.check, folder_->path(), run)
            : compile_revision(state, question.inventory, question.check, folder_->path(), run);
    if (!done) return base::in_context(state, done.error());
    return folder_->path();
  }

 private:
  std::optional<TemporaryFolder> folder_;
};

base::Result<Mapping> mapping_of(const DiffCommand& command, compiler::Run& run) {
  const FleetQuestion& question = command.input.fleet;
  if (command.from == "today" && command.to == "migrated")
    return fleet_state(question, run).mapping;
  CompiledState from, to;
  const auto old_folder = from.open(command.from, question, run);
  if (!old_folder) return tl::unexpected(old_folder.error());
  const auto new_folder = to.open(command.to, question, run);
  if (!new_folder) return tl::unexpected(new_folder.error());
  return difference(*old_folder, *new_folder, question.compose, question.check, run);
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

CommandResult run_diff(const DiffCommand& command) {
  Gathered gathered;
  auto mapping = mapping_of(command, gathered.run);
  if (!mapping) {
    gathered.run.io_errors.push_back(mapping.error());
    return {kError, "", problems(gathered, command.input.fleet.check)};
  }
  gathered.report.fleet.mapping = std::move(*mapping);
  gathered.report.fleet.hosts = hosts_of(gathered.report.fleet.mapping);
  read_and_judge(command.input, gathered);
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
