#include <fmt/chrono.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "compiler/cli/command_line.h"
#include "compiler/migrate/command.h"

namespace compiler::cli {

namespace {

using compiler::migrate::report::ReportFormat;

constexpr int kDualLabelDaysMax = 366;
constexpr int kVerifyHoursMax = 24 * 30;

constexpr char kMigrateFooter[] = R"(Examples:
  cfgc migrate report                                     progress and blockers of each host
  cfgc migrate report --dashboards grafana/ --rules rules/ --services kairos,angelia
  cfgc migrate report --dashboards grafana/ --format html > report.html
  cfgc migrate diff --from HEAD~1 --to today --rules rules/
  cfgc migrate apply --services kairos --dashboards grafana/ --dry-run
  cfgc migrate cleanup --services athena,mnemosyne
  cfgc migrate cleanup --verify http://prospero:3100 --dry-run

Exit codes of report and diff: 0 nothing changes, 2 something does, 3 an alert goes EMPTY or
WIDENS, 1 an error. Of apply and cleanup: 0 done, 2 some texts were not edited, 1 an error and
nothing was written)";

/// The options of all subcommands.
struct Arguments {
  CheckArguments check;
  compiler::migrate::Input input;
  std::string format = "text";

  explicit Arguments(CLI::App& command) {
    check.add_inventory(command);
    command.add_option("--host", input.fleet.hosts, "Only this host; may be repeated");
    command
        .add_option("--services", input.fleet.services, "Only these services, separated by commas")
        ->delimiter(',');
    check.add_to(command);
  }

  void add_documents(CLI::App& command) {
    command.add_option("--dashboards", input.documents.dashboards,
                       "Folder or file of Grafana dashboards; may be repeated");
    command.add_option("--rules", input.documents.rules,
                       "Folder or file of alerting and recording rules, Alertmanager routes, "
                       "notification policies; may be repeated");
    command.add_option("--docs", input.documents.docs,
                       "Folder or file of Markdown pages with LogQL; may be repeated");
    command.add_option("--compose", input.fleet.compose,
                       "Folder of compose files or templates of them; may be repeated");
    command.add_option("--map", input.map, "Labels before and after of foreign agents, as YAML");
    command.add_flag("--discover-service-name", input.discover_service_name,
                     "The backend adds the label service_name, as Loki 3 does unless "
                     "discover_service_name is off: queries and proposals may read it");
  }

  void add_format(CLI::App& command) {
    command.add_option("--format", format, "Output format of the report")
        ->check(CLI::IsMember({"text", "md", "html", "json", "sarif"}))
        ->capture_default_str();
  }

  const compiler::migrate::Input& resolve() {
    input.fleet.check = check.resolve();
    input.fleet.inventory = check.load();
    if (isatty(STDERR_FILENO) == 1) input.progress = show_progress;
    return input;
  }

  ReportFormat report_format() const {
    if (format == "md") return ReportFormat::markdown;
    if (format == "html") return ReportFormat::html;
    if (format == "json") return ReportFormat::json;
    if (format == "sarif") return ReportFormat::sarif;
    return isatty(STDOUT_FILENO) == 1 ? ReportFormat::text_colour : ReportFormat::text;
  }

 private:
  static bool show_progress(size_t done, size_t all) {
    constexpr size_t kStep = 64;
    if (done == all)
      fmt::print(stderr, "\r\x1b[K");
    else if (done % kStep == 0)
      fmt::print(stderr, "\rreading documents: {} of {}", done, all);
    return true;
  }
};

std::string day_after(int days) {
  using std::chrono::system_clock;
  const auto day = system_clock::now() + std::chrono::hours(24) * days;
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(system_clock::to_time_t(day)));
}

/// --verify and --since.
std::shared_ptr<compiler::migrate::Backend> add_verify(CLI::App& command, const std::string& what) {
  auto backend = std::make_shared<compiler::migrate::Backend>();
  backend->since = std::chrono::hours(1);
  command.add_option("--verify", backend->url,
                     what +
                         ", by asking the Loki at this URL (read only; LOKI_USERNAME, "
                         "LOKI_PASSWORD, LOKI_BEARER_TOKEN, LOKI_ORG_ID)");
  command
      .add_option_function<int>(
          "--since", [backend](int hours) { backend->since = std::chrono::hours(hours); },
          "Hours that --verify looks back; default: 1")
      ->check(CLI::Range(1, kVerifyHoursMax));
  return backend;
}

void add_report(CLI::App& migrate, int& exit_code) {
  CLI::App* command = migrate.add_subcommand(
      "report", "Show the state of each service and what its move would break");
  auto arguments = std::make_shared<Arguments>(*command);
  arguments->add_documents(*command);
  arguments->add_format(*command);
  auto backend = add_verify(*command, "Compare what old and proposed queries find");
  command->callback([arguments, backend, &exit_code] {
    exit_code = show(compiler::migrate::run_report(
        {arguments->resolve(), arguments->report_format(), *backend}));
  });
}

void add_diff(CLI::App& migrate, int& exit_code) {
  CLI::App* command =
      migrate.add_subcommand("diff", "Show what changes between two states of the fleet");
  auto arguments = std::make_shared<Arguments>(*command);
  auto states = std::make_shared<compiler::migrate::DiffCommand>();
  command
      ->add_option("--from", states->from,
                   "A folder of compiled configs, a git revision, or the word today")
      ->capture_default_str();
  command->add_option("--to", states->to, "The same, or the word migrated")->capture_default_str();
  arguments->add_documents(*command);
  arguments->add_format(*command);
  command->callback([arguments, states, &exit_code] {
    states->input = arguments->resolve();
    states->format = arguments->report_format();
    exit_code = show(compiler::migrate::run_diff(*states));
  });
}

void add_apply(CLI::App& migrate, int& exit_code) {
  CLI::App* command =
      migrate.add_subcommand("apply", "Move services: edit host_vars, dashboards, rules and pages");
  auto arguments = std::make_shared<Arguments>(*command);
  auto options = std::make_shared<compiler::migrate::ApplyCommand>();
  auto days = std::make_shared<int>(0);
  arguments->add_documents(*command);
  command->get_option("--services")->required();
  command
      ->add_option(
          "--dual-labels", *days,
          "Keep the old label beside the new ones for this many days; documents are not edited")
      ->check(CLI::Range(1, kDualLabelDaysMax));
  command->add_flag("--dry-run", options->dry_run, "Print a unified diff, write nothing");
  command->callback([arguments, options, days, &exit_code] {
    options->input = arguments->resolve();
    if (*days > 0) options->dual_until = day_after(*days);
    exit_code = show(compiler::migrate::run_apply(*options));
  });
}

void add_cleanup(CLI::App& migrate, int& exit_code) {
  CLI::App* command =
      migrate.add_subcommand("cleanup", "Remove reserved ports of verified services");
  auto arguments = std::make_shared<Arguments>(*command);
  auto options = std::make_shared<compiler::migrate::CleanupCommand>();
  auto backend = add_verify(*command, "Count services with lines from Docker as verified");
  command->add_flag("--dry-run", options->dry_run, "Print a unified diff, write nothing");
  command->callback([arguments, options, backend, &exit_code] {
    options->input = arguments->resolve();
    options->verify = *backend;
    exit_code = show(compiler::migrate::run_cleanup(*options));
  });
}

}  // namespace

void add_migrate(CLI::App& app, int& exit_code) {
  CLI::App* migrate = app.add_subcommand(
      "migrate", "Report and carry out the move from syslog listeners to Docker labels");
  migrate->footer(kMigrateFooter);
  migrate->require_subcommand(1);
  add_report(*migrate, exit_code);
  add_diff(*migrate, exit_code);
  add_apply(*migrate, exit_code);
  add_cleanup(*migrate, exit_code);
}

}  // namespace compiler::cli
