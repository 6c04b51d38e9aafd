// tributary: runs a River configuration against the sources of this host.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "agent/command_line.h"
#include "agent/status/status.h"
#include "base/log.h"
#include "components/catalog.h"
#include "river/diag/render.h"

namespace {

constexpr int kFindings = 1;
constexpr int kUnavailable = 2;

int fail(const base::Error& error) {
  fmt::print(stderr, "tributary: {}\n", error.message);
  return kUnavailable;
}

bool print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

/// To what the host allows. The lower limit that shells set is for programs that use select(2);
/// each target and each connection takes a descriptor.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(agent::RunCommand command) {
  raise_descriptor_limit();
  // Whoever reads the log may end: a line that cannot be written is lost, and no more.
  std::signal(SIGPIPE, SIG_IGN);
  const int exit_code = agent::Agent(std::move(command.options)).run();
  base::log::flush();  // Says what the rate limit suppressed last.
  return exit_code;
}

int run(const agent::ValidateCommand& command) {
  const auto loaded =
      agent::graph::load(command.options.config, components::catalog(), command.options.stability);
  if (!loaded) return fail(loaded.error());
  fmt::print(stderr, "{}",
             render(loaded->diagnostics, loaded->configuration->sources,
                    ::isatty(STDERR_FILENO) ? river::diag::OutputFormat::text_colour
                                            : river::diag::OutputFormat::text,
                    river::diag::terminal_columns(STDERR_FILENO)));
  return loaded->diagnostics.has_errors() ? kFindings : 0;
}

int run(const agent::DoctorCommand& command) {
  namespace doctor = agent::doctor;
  const auto identity = command.user.empty() ? doctor::identity_of_unit("tributary.service")
                                             : doctor::identity_of(command.user, command.groups);
  if (!identity) return fail(identity.error());
  const auto checks = doctor::examine(command.options, *identity);
  if (!checks) return fail(checks.error());
  if (!print(command.as_json ? as_json(*checks) : as_text(*checks))) return kUnavailable;
  return count(*checks, doctor::State::fail) > 0 ? kFindings : 0;
}

int run(const agent::StatusCommand& command) {
  const auto status = agent::status::ask(command.listen_address);
  if (!status) return fail(status.error());
  if (!print(command.as_json ? as_json(*status) : as_text(*status))) return kUnavailable;
  return status->healthy() ? 0 : kFindings;
}

int run(const agent::ProfileCommand& command) {
  const auto samples = agent::profile::run(command.options);
  if (!samples) return fail(samples.error());
  return *samples > 0 ? 0 : kFindings;
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  auto command = agent::parse_command_line(argc, argv, exit_code);
  if (!command) return exit_code;
  return std::visit([](auto& asked) { return run(std::move(asked)); }, *command);
}
