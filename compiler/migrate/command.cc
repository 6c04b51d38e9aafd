#include "compiler/migrate/command.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "compiler/migrate/change/plan.h"
#include "compiler/migrate/impact/judge.h"
#include "compiler/migrate/revision.h"
#include "compiler/migrate/streams/mapping.h"
#include "compiler/migrate/verify/verify.h"
#include "logql/parser.h"

namespace compiler::migrate {

namespace fs = std::filesystem;

namespace {

/// The exit code of a command that found errors and wrote nothing.
inline constexpr int kError = 1;

/// A report and what was found on the way to it.
struct Gathered {
  report::Report report;
  compiler::emit::Run run;

  bool has_errors() const { return !run.io_errors.empty() || run.diagnostics.has_errors(); }
};

void add(streams::Mapping& mapping, streams::Mapping other) {
  std::move(other.changes.begin(), other.changes.end(), std::back_inserter(mapping.changes));
  std::move(other.unchanged.begin(), other.unchanged.end(), std::back_inserter(mapping.unchanged));
}

/// Adds documents and findings to a report whose mapping is known.
void read_and_judge(const Input& input, Gathered& gathered) {
  report::Report& report = gathered.report;
  if (!input.map.empty()) {
    auto mapping = streams::read_map(input.map, gathered.run);
    if (mapping)
      add(report.fleet.mapping, std::move(*mapping));
    else
      gathered.run.io_errors.push_back(mapping.error());
  }
  if (input.discover_service_name) {
    streams::discover_service_name(report.fleet.mapping);
    for (streams::HostState& host : report.fleet.hosts)
      for (streams::ServiceState& service : host.services)
        for (auto* families : {&service.before, &service.after})
          streams::discover_service_name(*families);
  }
  documents::ReadDocuments read = read_documents(input.documents, input.progress);
  report.documents = std::move(read.documents);
  report.io_errors = std::move(read.io_errors);
  report.io_errors.insert(report.io_errors.end(), report.fleet.not_read.begin(),
                          report.fleet.not_read.end());
  for (std::string& sentence : streams::missing_sentences(report.fleet.mapping))
    report.io_errors.push_back({std::move(sentence)});
  report.findings = impact::judge(report.documents, report.fleet.mapping);
}

/// Findings about the inventory, when there are errors; warnings are for `cfgc validate` to say.
std::string problems(Gathered& gathered, const compiler::emit::CheckOptions& check) {
  if (!gathered.has_errors()) return {};
  gathered.run.diagnostics.sort();
  std::string text = river::diag::render(gathered.run.diagnostics, gathered.run.sources,
                                         check.format, check.columns);
  for (const base::Error& error : gathered.run.io_errors) text += "cfgc: " + error.message + "\n";
  return text;
}

/// The report as a command's answer. Errors of the inventory become errors of the report.
CommandResult show(Gathered& gathered, const Input& input, report::ReportFormat format) {
  CommandResult result;
  result.err = problems(gathered, input.fleet.check);
  // A question that cannot be asked (an unknown host, no such inventory) has no answer.
  if (!gathered.run.io_errors.empty()) {
    result.exit_code = kError;
    return result;
  }
  result.out = render(gathered.report, format);
  for (const base::Error& error : gathered.report.io_errors)
    result.err += "cfgc: " + error.message + "\n";
  result.exit_code = exit_code(gathered.report);
  return result;
}

constexpr int kLeftAlone = 2;

Gathered gather(const Input& input) {
  Gathered gathered;
  gathered.report.fleet = read_state(input.fleet, gathered.run);
  read_and_judge(input, gathered);
  return gathered;
}

CommandResult carry_out(const change::Plan& plan, bool dry_run, std::string said) {
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
    for (const change::FileChange& change : plan.changes) result.out += change.path.string() + "\n";
  }
  for (const std::string& place : plan.left_alone) result.err += "not edited: " + place + "\n";
  result.err += fmt::format("{} {}, {} not edited\n", plan.changes.size(),
                            plan.changes.size() == 1 ? "file changed" : "files changed",
                            plan.left_alone.size());
  result.exit_code = plan.left_alone.empty() ? 0 : kLeftAlone;
  return result;
}

/// What is between the moving services and their move: the user's work, named before the files.
std::string blockers(const streams::State& fleet) {
  std::string text;
  for (const streams::HostState& host : fleet.hosts)
    for (const streams::ServiceState& service : host.services)
      for (const streams::Blocker& blocker : service.blockers)
        if (service.moves && !blocker.is_hint)
          text += fmt::format("{}/{}: {}\n", host.host, service.service, blocker.message);
  return text;
}

/// A selector of a service's streams: the labels of which only one value is possible.
std::string selector_of(const streams::StreamFamily& family) {
  std::string selector = "{";
  for (const auto& [label, values] : family.labels) {
    if (!values.open.empty() || values.exact.size() != 1 || label == streams::kServiceName)
      continue;
    if (selector.size() > 1) selector += ", ";
    selector += fmt::format("{}={}", label, logql::quote(values.exact[0]));
  }
  return selector + "}";
}

/// Knows which rollouts are verified: by the user's word, or by lines that a Loki has.
class Rollouts {
 public:
  static base::Result<Rollouts> open(const CleanupCommand& command) {
    Rollouts rollouts;
    rollouts.named_ = command.input.fleet.services;
    if (command.verify.url.empty()) return rollouts;
    auto access = verify::loki_access(command.verify.url);
    if (!access) return tl::unexpected(access.error());
    rollouts.range_ = verify::until_now(command.verify.since);
    rollouts.loki_ =
        std::make_unique<verify::LokiReader>(std::move(*access), verify::LokiReader::Limits{});
    if (auto there = rollouts.loki_->probe(rollouts.range_, {}); !there)
      return tl::unexpected(there.error());
    return rollouts;
  }

  /// Empty: it is verified.
  std::string why_not_verified(const streams::ServiceState& service) {
    const bool is_named = std::find(named_.begin(), named_.end(), service.service) != named_.end();
    if (loki_ == nullptr)
      return is_named ? "" : "verify it with --verify, or name it in --services";
    if (!named_.empty() && !is_named) return "it is not among --services";
    for (const streams::StreamFamily& family : service.before) {
      const std::string selector = selector_of(family);
      const auto lines = loki_->lines({selector, selector, false}, range_, {});
      if (!lines) return lines.error().message;
      if (*lines == 0) return fmt::format("the backend has no lines of {}", selector);
    }
    return service.before.empty() ? "no streams of it are known" : "";
  }

 private:
  Rollouts() = default;
  std::vector<std::string> named_;
  std::unique_ptr<verify::LokiReader> loki_;
  verify::TimeRange range_;
};

/// The changes of a mapping by host, for reading; there is no progress to tell of.
std::vector<streams::HostState> hosts_of(const streams::Mapping& mapping) {
  std::vector<streams::HostState> hosts;
  for (const streams::Change& change : mapping.changes) {
    auto host = std::find_if(hosts.begin(), hosts.end(),
                             [&](const streams::HostState& h) { return h.host == change.host; });
    if (host == hosts.end())
      host = hosts.insert(hosts.end(), streams::HostState{.host = change.host});
    streams::ServiceState state;
    state.service = change.service;
    state.moves = true;
    state.before = change.before;
    state.after = change.after;
    const auto& known = change.after.empty() ? change.before : change.after;
    if (!known.empty()) state.mechanism = known.front().mechanism;
    for (const streams::StreamFamily& family : change.before)
      state.streams_before += family.streams;
    for (const streams::StreamFamily& family : change.after) state.streams_after += family.streams;
    host->services.push_back(std::move(state));
  }
  return hosts;
}

/// A state's compiled configs: the folder itself, or a temporary one that was filled.
class CompiledState {
 public:
  base::Result<fs::path> open(const std::string& state, const streams::Question& question,
                              compiler::emit::Run& run) {
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

base::Result<streams::Mapping> mapping_of(const DiffCommand& command, compiler::emit::Run& run) {
  const streams::Question& question = command.input.fleet;
  if (command.from == "today" && command.to == "migrated") return read_state(question, run).mapping;
  CompiledState from, to;
  const auto old_folder = from.open(command.from, question, run);
  if (!old_folder) return tl::unexpected(old_folder.error());
  const auto new_folder = to.open(command.to, question, run);
  if (!new_folder) return tl::unexpected(new_folder.error());
  auto mapping =
      streams::difference(*old_folder, *new_folder, question.compose, question.check, run);
  if (mapping)
    for (const auto& [host, why] : run.unread_hosts) mapping->missing.push_back({host, why});
  return mapping;
}

}  // namespace

CommandResult run_report(const ReportCommand& command) {
  Gathered gathered = gather(command.input);
  if (!command.verify.url.empty() && !gathered.has_errors()) {
    auto access = verify::loki_access(command.verify.url);
    auto compared =
        access ? verify::verify(gathered.report, {.access = std::move(*access),
                                                  .range = verify::until_now(command.verify.since)})
               : tl::unexpected(access.error());
    if (compared)
      gathered.report.comparisons = std::move(*compared);
    else
      gathered.report.io_errors.push_back(compared.error());
  }
  return show(gathered, command.input, command.format);
}

CommandResult run_apply(const ApplyCommand& command) {
  Gathered gathered = gather(command.input);
  for (const base::Error& error : gathered.report.io_errors)
    gathered.run.io_errors.push_back(error);
  if (gathered.has_errors())
    return {kError, "", problems(gathered, command.input.fleet.check) + "nothing was written\n"};
  const change::Plan plan =
      change::plan_apply(gathered.report, command.input.fleet.inventory, command.dual_until);
  return carry_out(plan, command.dry_run, blockers(gathered.report.fleet));
}

CommandResult run_cleanup(const CleanupCommand& command) {
  Gathered gathered;
  streams::Question question = command.input.fleet;
  question.reads_other_hosts = false;  // No document is judged.
  gathered.report.fleet = read_state(question, gathered.run);
  if (gathered.has_errors())
    return {kError, "", problems(gathered, command.input.fleet.check) + "nothing was written\n"};
  auto rollouts = Rollouts::open(command);
  if (!rollouts) return {kError, "", "cfgc: " + rollouts.error().message + "\n"};
  std::vector<change::VerifiedService> verified;
  std::string waiting;
  std::vector<std::string> in_use;
  const auto& named = command.input.fleet.services;
  for (const streams::HostState& host : gathered.report.fleet.hosts)
    for (const streams::ServiceState& service : host.services) {
      if (!service.port_is_unused) {
        const bool is_named = std::find(named.begin(), named.end(), service.service) != named.end();
        if (is_named && service.port != 0)
          in_use.push_back(fmt::format("{}: {} on {} has not moved, its port is listened on",
                                       service.port_place, service.service, host.host));
        continue;
      }
      const auto why_not = rollouts->why_not_verified(service);
      if (why_not.empty())
        verified.push_back({host.host, service.service});
      else
        waiting += fmt::format("{}: the port of {} on {} stays: {}\n", service.port_place,
                               service.service, host.host, why_not);
    }
  change::Plan plan = plan_cleanup(verified, command.input.fleet.inventory);
  plan.left_alone.insert(plan.left_alone.end(), in_use.begin(), in_use.end());
  return carry_out(plan, command.dry_run, waiting);
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

}  // namespace compiler::migrate
