#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/emit/run.h"
#include "compiler/migrate/documents/reader.h"
#include "compiler/migrate/report/report.h"
#include "compiler/migrate/streams/state.h"

/// The subcommands of `cfgc migrate`; the command line is read in compiler/cli/migrate.cc.
namespace compiler::migrate {

using compiler::emit::CommandResult;

struct Input {
  streams::Question fleet;
  documents::DocumentFolders documents;
  std::filesystem::path map;  ///< a mapping written by hand, added to the fleet's own; may be empty
  bool discover_service_name = false;  ///< the backend adds the label service_name, as Loki 3 does
  documents::Progress progress;
};

/// A Loki to query, read only; credentials come from the environment (migrate/verify).
struct Backend {
  std::string url;                ///< empty: no queries
  std::chrono::seconds since{0};  ///< the range of time that ends now
};

/// What moving services would do. Exit codes: see exit_code(); 1 also when the inventory has
/// errors.
struct ReportCommand {
  Input input;
  report::ReportFormat format = report::ReportFormat::text;
  Backend verify;  ///< compares what old and proposed queries find
};
CommandResult run_report(const ReportCommand& command);

/// What changed, or would change, between two states of the fleet. A state is a folder of compiled
/// configs, a git revision, "today", or "migrated": today with the chosen services moved.
struct DiffCommand {
  Input input;
  std::string from = "today";
  std::string to = "migrated";
  report::ReportFormat format = report::ReportFormat::text;
};
CommandResult run_diff(const DiffCommand& command);

/// Moves services: host_vars, dashboards, rules and pages, in place. Exit codes: 0 done or nothing
/// to do, 1 error and nothing written, 2 some texts were not edited.
struct ApplyCommand {
  Input input;
  std::string dual_until;  ///< a day, YYYY-MM-DD; empty: no dual labels
  bool dry_run = false;    ///< print a unified diff, write nothing
};
CommandResult run_apply(const ApplyCommand& command);

/// Takes out ports of services whose rollout is verified: those named in input.fleet.services, and
/// those of which the backend has lines from Docker.
struct CleanupCommand {
  Input input;
  Backend verify;
  bool dry_run = false;
};
CommandResult run_cleanup(const CleanupCommand& command);

}  // namespace compiler::migrate
