// tributary: runs a River configuration against the sources of this host.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "agent/agent.h"
#include "agent/doctor/command.h"
#include "agent/status/command.h"
#include "base/version.h"
#include "components/catalog.h"
#include "river/diag/render.h"

namespace {

using river::schema::Stability;

constexpr int kFindings = 1;
constexpr int kUsage = 2;

constexpr const char* kFooter = R"(Examples:
  tributary run /etc/tributary/config.river
  tributary run conf.d/ --storage.path=/var/lib/tributary --server.http.listen-addr=127.0.0.1:12345
  tributary validate /etc/tributary/config.river
  tributary doctor compiled/puck/config.river
  tributary status --format json

Exit codes: 0 fine; 1 the configuration has errors, a check failed, the agent is not well; 2 usage,
or a file, folder or address cannot be had. A running agent reloads on SIGHUP and stops on SIGTERM
and SIGINT.)";

int validate(const agent::Options& options) {
  const auto loaded = agent::load(options.config, components::catalog(), options.stability);
  if (!loaded) {
    fmt::print(stderr, "tributary: {}\n", loaded.error().message);
    return kUsage;
  }
  fmt::print(stderr, "{}",
             render(loaded->diagnostics, loaded->configuration->sources,
                    ::isatty(STDERR_FILENO) ? river::diag::OutputFormat::text_colour
                                            : river::diag::OutputFormat::text));
  return loaded->diagnostics.has_errors() ? kFindings : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Collects the telemetry of this host as a River configuration says.", "tributary"};
  app.footer(kFooter);
  app.set_version_flag("--version", std::string(base::kVersion));
  app.require_subcommand(1);
  app.fallthrough();

  agent::Options options;
  const std::map<std::string, Stability> levels{
      {"generally-available", Stability::generally_available},
      {"public-preview", Stability::public_preview},
      {"experimental", Stability::experimental}};
  app.add_option("--stability.level", options.stability, "Least stable features to allow.")
      ->transform(CLI::CheckedTransformer(levels))
      ->option_text("generally-available|public-preview|experimental");

  auto* run = app.add_subcommand("run", "Run a configuration file, or a folder of *.river files.");
  run->add_option("PATH", options.config)->required();
  run->add_option("--storage.path", options.storage, "Folder for positions and queues.")
      ->capture_default_str();
  run->add_option("--server.http.listen-addr", options.listen_address, "Address of the HTTP API.")
      ->capture_default_str();
  auto* check = app.add_subcommand("validate", "Check a configuration without running it.");
  check->add_option("PATH", options.config)->required();
  int exit_code = 0;
  agent::doctor::add_command(app, exit_code);
  agent::status::add_command(app, exit_code);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (check->parsed()) return validate(options);
  if (!run->parsed()) return exit_code;
  return agent::Agent(std::move(options)).run();
}
