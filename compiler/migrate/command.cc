#include "compiler/migrate/command.h"

#include <algorithm>

#include "compiler/migrate/change/plan.h"
#include "compiler/migrate/gather.h"
#include "compiler/migrate/verify/verify.h"
#include "logql/parser.h"

namespace compiler::migrate {

namespace {

constexpr int kLeftAlone = 2;
/// Loki makes this label by itself from the others.
constexpr std::string_view kServiceName = "service_name";

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
  for (const std::string& place : plan.left_alone) result.err += "left alone: " + place + "\n";
  result.err += fmt::format("{} {}, {} left alone\n", plan.changes.size(),
                            plan.changes.size() == 1 ? "file changed" : "files changed",
                            plan.left_alone.size());
  result.exit_code = plan.left_alone.empty() ? 0 : kLeftAlone;
  return result;
}

/// What stands between the moving services and their move: the user's work, named before the files.
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
    if (!values.open.empty() || values.exact.size() != 1 || label == kServiceName) continue;
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
  gathered.report.fleet = read_state(command.input.fleet, gathered.run);
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

}  // namespace compiler::migrate
