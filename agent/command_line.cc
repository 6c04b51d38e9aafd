// The only source that includes CLI11, which takes seconds to compile.
#include "agent/command_line.h"

#include <CLI/CLI.hpp>

#include "base/version.h"
#include "river/diag/render.h"
#include "river/schema/text.h"

namespace agent {
namespace {

using river::schema::Stability;

constexpr int kUsage = 2;

constexpr const char* kFooter = R"(Examples:
  tributary run /etc/tributary/config.river
  tributary run conf.d/ --storage.path=/var/lib/tributary --server.http.listen-addr=127.0.0.1:12345
  tributary validate /etc/tributary/config.river
  tributary doctor compiled/puck/config.river
  tributary status --format json
  tributary profile --seconds 30 --format svg --output cpu.svg

Exit codes: 0 success; 1 the configuration has errors, a check failed, or the agent is unhealthy;
2 wrong usage, or a file, folder or address is not available.)";

constexpr const char* kRunFooter = R"(Examples:
  tributary run /etc/tributary/config.river
  tributary run conf.d/ --storage.path=/var/lib/tributary --server.http.listen-addr=127.0.0.1:12345

A running agent reloads on SIGHUP and stops on SIGTERM and SIGINT.

Exit codes: 0 stopped by a signal; 1 the configuration has errors; 2 wrong usage, or a file, folder
or address is not available.)";

constexpr const char* kValidateFooter = R"(Examples:
  tributary validate /etc/tributary/config.river
  tributary validate conf.d/ --stability.level experimental

Exit codes: 0 no errors; 1 the configuration has errors; 2 wrong usage, or it cannot be read.)";

constexpr const char* kDoctorFooter = R"(Examples:
  tributary doctor compiled/puck/config.river
  tributary doctor --user tributary --ignore endpoints,clock --format json

Exit codes: 0 no check failed; 1 one did; 2 wrong usage, or a file that cannot be read.)";

constexpr const char* kStatusFooter = R"(Examples:
  tributary status
  tributary status --server.http.listen-addr unix:///run/tributary.sock --format json

Exit codes: 0 the agent is healthy; 1 it is not; 2 wrong usage, or no agent answers.)";

constexpr const char* kPathHelp = "A configuration file, or a folder of *.river files.";
constexpr const char* kStorageHelp = "Folder for positions and queues.";

constexpr const char* kListenHelp = "Address of the HTTP API: host:port, :port or unix:///path.";

void add_format(CLI::App& command, bool& as_json) {
  command
      .add_option_function<std::string>(
          "--format", [&as_json](const std::string& name) { as_json = name == "json"; },
          "Output format.")
      ->check(CLI::IsMember({"text", "json"}))
      ->default_str("text");
}

constexpr const char* kQueueSizeHelp =
    "What each sink may keep on disk while its backend is down: a size, auto (1GiB, or a tenth of "
    "the file system), or 0 for nothing.";

std::optional<components::QueueSize> parse_queue_size(const std::string& text) {
  if (text == "auto") return components::QueueSize{components::QueueSize::kAuto};
  if (text == "0") return components::QueueSize{components::QueueSize::kOff};
  const auto bytes = river::schema::parse_byte_size(text);
  return bytes ? std::optional(components::QueueSize{*bytes}) : std::nullopt;
}

void add_queue_size(CLI::App& command, components::QueueSize& size) {
  const auto take = [&size](const std::string& text) { size = *parse_queue_size(text); };
  const auto check = [](const std::string& text) -> std::string {
    if (parse_queue_size(text)) return {};
    return text + " is not a size such as 512MiB, auto or 0";
  };
  command.add_option_function<std::string>("--storage.queue-size", take, kQueueSizeHelp)
      ->check(check)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)  // CUSTOM_ARGS may name it again.
      ->default_str("0");
}

CLI::App* add_run(CLI::App& app, Options& options) {
  auto* command =
      app.add_subcommand("run", "Run a configuration file, or a folder of *.river files.");
  command->footer(kRunFooter);
  command->add_option("PATH", options.config, kPathHelp)->required();
  command->add_option("--storage.path", options.storage, kStorageHelp)->capture_default_str();
  add_queue_size(*command, options.queue_size);
  command->add_option("--server.http.listen-addr", options.listen_address, kListenHelp)
      ->capture_default_str();
  command
      ->add_option("--memory.limit", options.memory_limit,
                   "Memory that all queues may fill together, such as 64MiB (default: the least of "
                   "256 MiB, a tenth of the machine's and three quarters of the control group's).")
      ->transform(CLI::AsSizeValue(true));
  return command;
}

CLI::App* add_doctor(CLI::App& app, DoctorCommand& asked) {
  auto* command = app.add_subcommand("doctor", "Check whether this host can run a configuration.");
  command->footer(kDoctorFooter);
  command->add_option("PATH", asked.options.config, kPathHelp)->capture_default_str();
  command->add_option("--storage.path", asked.options.storage, kStorageHelp)->capture_default_str();
  command->add_option("--server.http.listen-addr", asked.options.listen_address, kListenHelp)
      ->capture_default_str();
  auto* user = command->add_option("--user", asked.user,
                                   "User that the agent runs as (default: the unit's, asked of "
                                   "systemd when run as root).");
  command->add_option("--group", asked.groups, "Group that the unit adds; may be repeated.")
      ->needs(user);
  command
      ->add_option("--ignore", asked.options.ignored,
                   "Checks whose failures are ignored; may be repeated.")
      ->delimiter(',')
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(doctor::kNames), std::end(doctor::kNames))));
  add_format(*command, asked.as_json);
  return command;
}

constexpr const char* kProfileFooter = R"(Examples:
  tributary profile                           all processes for 10 s, a line per stack
  tributary profile --format svg -o cpu.svg   a flame graph to open in a browser
  tributary profile --pid 4711 --seconds 60 --format pprof -o cpu.pb.gz
  tributary profile | sort -k2nr | head                   the busiest stacks

Programs need no preparation, and no agent has to run. It needs root, or CAP_PERFMON and
CAP_SYS_PTRACE; if the kernel does not permit it, the message says what to change.

Exit codes: 0 a profile was written; 1 nothing ran while it was taken; 2 wrong usage, or the kernel
does not permit it.)";

CLI::App* add_profile(CLI::App& app, profile::Options& options) {
  using profile::Format;
  auto* command = app.add_subcommand("profile", "Show what uses this host's CPU time now.");
  command->footer(kProfileFooter);
  command->add_option("-s,--seconds", options.seconds, "How long to take samples.")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_option("-p,--pid", options.pids, "Only this process; may be repeated.");
  const std::map<std::string, Format> formats{
      {"folded", Format::folded}, {"svg", Format::svg}, {"pprof", Format::pprof}};
  command->add_option("-f,--format", options.format, "Output format.")
      ->transform(CLI::CheckedTransformer(formats))
      ->option_text("folded|svg|pprof");
  command->add_option("-o,--output", options.output, "Output file; - is standard output.")
      ->capture_default_str();
  command->add_option("-r,--rate", options.rate_hz, "Samples per second on each CPU.")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--demangle", options.demangle, "How names of C++ and Rust are written.")
      ->check(CLI::IsMember({"none", "simplified", "templates", "full"}))
      ->capture_default_str();
  command->add_flag("!--no-kernel", options.with_kernel, "Leave out kernel frames.");
  command->add_flag("-q,--quiet", options.is_quiet, "Print only errors on standard error.");
  return command;
}

CLI::App* add_status(CLI::App& app, StatusCommand& asked) {
  auto* command = app.add_subcommand("status", "Show the state of the agent on this host.");
  command->footer(kStatusFooter);
  command->add_option("--server.http.listen-addr", asked.listen_address, kListenHelp)
      ->capture_default_str();
  add_format(*command, asked.as_json);
  return command;
}

}  // namespace

std::optional<Command> parse_command_line(int argc, char** argv, int& exit_code) {
  CLI::App app{"Collects the telemetry of this host as a River configuration says.", "tributary"};
  app.footer(kFooter);
  app.set_version_flag("--version", std::string(base::kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  Options options;
  DoctorCommand doctor;
  StatusCommand status;
  const std::map<std::string, Stability> levels{
      {"generally-available", Stability::generally_available},
      {"public-preview", Stability::public_preview},
      {"experimental", Stability::experimental}};
  app.add_option("--stability.level", options.stability, "Least stable features to allow.")
      ->transform(CLI::CheckedTransformer(levels))
      ->option_text("generally-available|public-preview|experimental");
  const auto* run = add_run(app, options);
  auto* check = app.add_subcommand("validate", "Check a configuration without running it.");
  check->footer(kValidateFooter);
  check->add_option("PATH", options.config, kPathHelp)->required();
  const auto* examine = add_doctor(app, doctor);
  add_status(app, status);
  ProfileCommand profile;
  const auto* profiled = add_profile(app, profile.options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    exit_code = kUsage;
    const auto rest = app.remaining();  // CLI11 would only say that a subcommand is required.
    if (rest.empty() || !app.get_subcommands().empty())
      app.exit(error);
    else
      fmt::print(stderr, "tributary: there is no command {}\nRun tributary --help for the list.\n",
                 river::diag::visible_line(rest.front()));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : kUsage;
    return std::nullopt;
  }
  if (run->parsed()) return RunCommand{std::move(options)};
  if (check->parsed()) return ValidateCommand{std::move(options)};
  if (profiled->parsed()) return profile;
  if (!examine->parsed()) return status;
  doctor.options.stability = options.stability;
  return doctor;
}

}  // namespace agent
