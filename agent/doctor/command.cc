#include "agent/doctor/command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "agent/doctor/doctor.h"

namespace agent::doctor {
namespace {

struct Arguments {
  Options options;
  std::string user;
  std::vector<std::string> groups;
  std::string format = "text";
};

int run(const Arguments& asked) {
  const auto identity = asked.user.empty() ? identity_of_unit("tributary.service")
                                           : identity_of(asked.user, asked.groups);
  const auto checks =
      identity ? examine(asked.options, *identity) : tl::unexpected(identity.error());
  if (!checks) {
    fmt::print(stderr, "tributary: {}\n", checks.error().message);
    return 2;
  }
  const std::string text = asked.format == "json" ? as_json(*checks) : as_text(*checks);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) return 2;
  return count(*checks, State::fail) > 0 ? 1 : 0;
}

}  // namespace

void add_command(CLI::App& app, int& exit_code) {
  auto asked = std::make_shared<Arguments>();
  auto* command =
      app.add_subcommand("doctor", "Can this host run a configuration? Changes nothing.");
  command->add_option("PATH", asked->options.config)->capture_default_str();
  command->add_option("--storage.path", asked->options.storage)->capture_default_str();
  command->add_option("--server.http.listen-addr", asked->options.listen_address)
      ->capture_default_str();
  auto* user = command->add_option(
      "--user", asked->user, "Whom the agent runs as; left out, root asks systemd for the unit's");
  command->add_option("--group", asked->groups, "A group that the unit gives; may be repeated")
      ->needs(user);
  command
      ->add_option("--ignore", asked->options.ignored,
                   "Checks whose failures do not count; may be repeated")
      ->delimiter(',')
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kNames), std::end(kNames))));
  command->add_option("--format", asked->format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace agent::doctor
