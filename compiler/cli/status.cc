#include "compiler/cli/status.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "base/digest.h"
#include "compiler/ask/pool.h"
#include "compiler/ask/status.h"
#include "compiler/ask/target.h"
#include "compiler/cli/arguments.h"
#include "compiler/emit/compile.h"
#include "river/diag/render.h"
#include "river/suggest.h"

namespace compiler::cli {
namespace {

struct Arguments {
  inventory::InventoryOptions load;
  CheckArguments check;
  ask::PoolOptions pool;
  int connect_seconds = 10;
  int answer_seconds = 30;
  std::string format = "table";
};

/// Why the inventory or a chosen host cannot be had; empty when all is there.
std::string problem_of(const inventory::Inventory& inventory,
                       const std::vector<std::string>& chosen) {
  std::string text;
  for (const base::Error& error : inventory.io_errors) text += "cfgc: " + error.message + "\n";
  if (!text.empty()) return text;
  const auto names = inventory.host_names();
  for (const std::string& name : chosen) {
    if (inventory.find_host(name) != nullptr) continue;
    const auto near = river::did_you_mean(name, names);
    text += fmt::format("cfgc: the inventory has no host \"{}\"{}\n", name,
                        near.empty() ? "" : fmt::format(": did you mean \"{}\"?", near));
  }
  return text;
}

/// Each host once, with the hash of what would be compiled for it now.
std::vector<ask::HostStatus> compiled_now(inventory::Inventory& inventory,
                                          const std::vector<std::string>& chosen,
                                          const emit::CheckOptions& check,
                                          river::diag::SourceMap& sources,
                                          river::diag::Diagnostics& diagnostics) {
  const emit::CompileOptions options{chosen, diagnostics.has_errors(), check.catalog,
                                     check.stability};
  std::map<std::string, ask::HostStatus> by_name;
  for (const auto& host : emit::compile_fleet(inventory, options, sources, diagnostics)) {
    const std::string hash = host.text.empty() ? "" : base::sha256_hex(host.text);
    by_name[host.name] = {host.name, hash, {}, false, ""};
  }
  std::vector<ask::HostStatus> hosts;
  for (auto& [name, host] : by_name) hosts.push_back(std::move(host));
  return hosts;
}

void ask_all(const std::vector<ask::Target>& targets, const ask::PoolOptions& options,
             std::vector<ask::HostStatus>& hosts) {
  std::vector<std::vector<std::string>> commands;
  std::vector<size_t> host_of;
  for (size_t i = 0; i < targets.size(); ++i) {
    hosts[i].problem = targets[i].problem;
    if (targets[i].command.empty()) continue;
    commands.push_back(targets[i].command);
    host_of.push_back(i);
  }
  const bool shows_progress = ::isatty(STDERR_FILENO) == 1;
  size_t ended = 0;
  ask::run_all(commands, options, [&](size_t index, base::Result<base::ProgramOutput> end) {
    ask::HostStatus& host = hosts[host_of[index]];
    read_end(end, host);
    ++ended;
    if (!shows_progress) return;
    // A host that needs a look is named at once; the line of progress stands below.
    if (!host.is_well()) fmt::print(stderr, "\r\x1b[K{}: {}\n", host.name, host.problem);
    fmt::print(stderr, "\r\x1b[K{} of {} hosts asked", ended, commands.size());
  });
  if (shows_progress) fmt::print(stderr, "\r\x1b[K");
}

int run(Arguments asked) {
  asked.load.playbook_dir = asked.check.options.playbook_dir;
  std::sort(asked.load.only_hosts.begin(), asked.load.only_hosts.end());
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  inventory::Inventory inventory = load_inventory(asked.load, sources, diagnostics);
  const std::string problem = problem_of(inventory, asked.load.only_hosts);
  if (!problem.empty()) {
    fmt::print(stderr, "{}", problem);
    return kExitUsage;
  }
  auto hosts =
      compiled_now(inventory, asked.load.only_hosts, asked.check.resolve(), sources, diagnostics);
  std::vector<std::string> names;
  for (const ask::HostStatus& host : hosts) names.push_back(host.name);
  const auto targets =
      ask::targets_of(inventory, names, std::chrono::seconds(asked.connect_seconds), diagnostics);
  diagnostics.sort();
  if (diagnostics.has_errors())
    fmt::print(stderr, "{}",
               river::diag::render(diagnostics, sources, river::diag::OutputFormat::text));
  asked.pool.timeout = std::chrono::seconds(asked.answer_seconds);
  ask_all(targets, asked.pool, hosts);
  const std::string text = asked.format == "json" ? as_json(hosts) : as_table(hosts);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) return kExitUsage;
  return std::all_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.is_well(); })
             ? 0
             : 1;
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  auto asked = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("status", "Ask all hosts by ssh whether they run what is compiled now");
  command->add_option("--inventory,-i", asked->load.inventory, "Inventory file or folder")
      ->capture_default_str();
  command->add_option("--host", asked->load.only_hosts, "Only this host; may be repeated");
  command->add_option("--format", asked->format)
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->add_option("--jobs", asked->pool.jobs, "Hosts asked at once")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  command->add_option("--connect-timeout", asked->connect_seconds, "Seconds to connect")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  command->add_option("--timeout", asked->answer_seconds, "Seconds for the whole answer of a host")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  asked->check.add_to(*command);
  command->callback([asked, &exit_code] { exit_code = run(*asked); });
}

}  // namespace compiler::cli
