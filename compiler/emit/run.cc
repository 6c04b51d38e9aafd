#include "compiler/emit/run.h"

#include <algorithm>

#include "river/suggest.h"

namespace compiler::emit {

namespace {

base::Error unknown_host(const std::string& name, const inventory::Inventory& inventory) {
  const std::vector<std::string_view> names = inventory.host_names();
  const auto near = river::did_you_mean(name, names);
  return {near.empty()
              ? fmt::format("the inventory has no host \"{}\"", name)
              : fmt::format("the inventory has no host \"{}\": did you mean \"{}\"?", name, near)};
}

std::string count(size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace

inventory::Inventory open_inventory(const inventory::InventoryOptions& options, Run& run) {
  inventory::Inventory inventory = load_inventory(options, run.sources, run.diagnostics);
  for (const std::string& name : options.only_hosts)
    if (inventory.io_errors.empty() && inventory.find_host(name) == nullptr)
      run.io_errors.push_back(unknown_host(name, inventory));
  return inventory;
}

std::vector<CompiledHost> compile_inventory(const inventory::InventoryOptions& options,
                                            bool partial,
                                            const std::vector<std::filesystem::path>& host_files,
                                            const CheckOptions& check, Run& run) {
  inventory::Inventory inventory =
      partial ? inventory::host_vars_only(host_files, run.sources, run.diagnostics)
              : open_inventory(options, run);
  // What a broken file could have said is not missed.
  const bool is_partial = partial || run.diagnostics.has_errors();
  CompileOptions compile{options.only_hosts, is_partial, check.catalog, check.stability};
  std::vector<CompiledHost> compiled;
  if (run.io_errors.empty())
    compiled = compile_fleet(inventory, compile, run.sources, run.diagnostics);
  run.io_errors.insert(run.io_errors.end(), inventory.io_errors.begin(), inventory.io_errors.end());
  run.hosts += compiled.size();
  return compiled;
}

CommandResult finish(Run& run, const CheckOptions& check, bool strict) {
  CommandResult result;
  run.diagnostics.sort();
  result.out = river::diag::render(run.diagnostics, run.sources, check.format);
  for (const base::Error& error : run.io_errors) result.err += "cfgc: " + error.message + "\n";
  const auto& items = run.diagnostics.items();
  const auto errors =
      static_cast<size_t>(std::count_if(items.begin(), items.end(), [](const auto& d) {
        return d.severity == river::diag::Severity::error;
      }));
  std::string checked = run.hosts > 0 || run.configs == 0 ? count(run.hosts, "host", "hosts") : "";
  if (run.configs > 0)
    checked +=
        (checked.empty() ? "" : ", ") + count(run.configs, "configuration", "configurations");
  result.err += fmt::format("{}, {}, {}\n", checked, count(errors, "error", "errors"),
                            count(items.size() - errors, "warning", "warnings"));
  if (errors > 0 || (strict && !items.empty())) result.exit_code = 1;
  if (!run.io_errors.empty()) result.exit_code = 2;
  return result;
}

}  // namespace compiler::emit
