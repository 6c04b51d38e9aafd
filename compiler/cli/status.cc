#include "compiler/ask/status.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/digest.h"
#include "compiler/ask/target.h"
#include "compiler/cli/commands.h"

namespace compiler::cli {
namespace {

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
    // A host with a problem is printed at once, above the line of progress.
    if (!host.is_well()) fmt::print(stderr, "\r\x1b[K{}: {}\n", host.name, host.problem);
    fmt::print(stderr, "\r\x1b[K{} of {} hosts asked", ended, commands.size());
  });
  if (shows_progress) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace

emit::CommandResult run_status(const StatusOptions& options) {
  emit::Run run;
  inventory::InventoryOptions load = options.load;
  load.playbook_dir = options.check.playbook_dir;
  load.read = options.check.read;
  std::sort(load.only_hosts.begin(), load.only_hosts.end());
  inventory::Inventory inventory = emit::open_inventory(load, run);
  run.io_errors.insert(run.io_errors.end(), inventory.io_errors.begin(), inventory.io_errors.end());
  emit::CommandResult result;
  for (const base::Error& error : run.io_errors) result.err += "cfgc: " + error.message + "\n";
  if (!run.io_errors.empty()) {
    result.exit_code = 2;
    return result;
  }
  auto hosts =
      compiled_now(inventory, load.only_hosts, options.check, run.sources, run.diagnostics);
  std::vector<std::string> names;
  for (const ask::HostStatus& host : hosts) names.push_back(host.name);
  const auto targets = ask::targets_of(inventory, names, options.connect_timeout, run.diagnostics);
  run.diagnostics.sort();
  if (run.diagnostics.has_errors())
    fmt::print(stderr, "{}",
               river::diag::render(run.diagnostics, run.sources, river::diag::OutputFormat::text,
                                   river::diag::terminal_columns(STDERR_FILENO)));
  ask_all(targets, options.pool, hosts);
  result.out = options.json ? as_json(hosts) : as_table(hosts);
  const bool is_well =
      std::all_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.is_well(); });
  result.exit_code = is_well ? 0 : 1;
  return result;
}

}  // namespace compiler::cli
