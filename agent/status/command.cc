#include "agent/status/command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "agent/status/status.h"

namespace agent::status {
namespace {

struct Arguments {
  std::string address = "127.0.0.1:12345";
  std::string format = "text";
};

int run(const Arguments& asked) {
  const auto status = ask(asked.address);
  if (!status) {
    fmt::print(stderr, "tributary: {}\n", status.error().message);
    return 2;
  }
  const std::string text = asked.format == "json" ? as_json(*status) : as_text(*status);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) return 2;
  return status->healthy() ? 0 : 1;
}

}  // namespace

void add_command(CLI::App& app, int& exit_code) {
  auto asked = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("status", "Ask the agent of this host how it is.");
  command->add_option("--server.http.listen-addr", asked->address, "Where the agent answers.")
      ->capture_default_str();
  command->add_option("--format", asked->format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace agent::status
