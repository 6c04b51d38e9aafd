#include "compiler/cli/compile.h"

#include <algorithm>

#include "compiler/emit/output.h"

namespace compiler::cli {

emit::CommandResult run_compile(const CompileCommand& command) {
  emit::Run run;
  inventory::InventoryOptions load{command.inventory, command.check.playbook_dir, command.hosts};
  std::sort(load.only_hosts.begin(), load.only_hosts.end());
  load.only_hosts.erase(std::unique(load.only_hosts.begin(), load.only_hosts.end()),
                        load.only_hosts.end());
  const auto compiled = compile_inventory(load, false, {}, command.check, run);
  if (run.io_errors.empty() && !run.diagnostics.has_errors()) {
    const auto written = write_fleet(command.out, compiled, command.hosts.empty());
    if (!written) run.io_errors.push_back(written.error());
  }
  emit::CommandResult result = finish(run, command.check, command.strict);
  if (result.exit_code == 1 && run.diagnostics.has_errors()) result.err += "nothing was written\n";
  return result;
}

}  // namespace compiler::cli
