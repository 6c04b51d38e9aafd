#include <algorithm>
#include <map>
#include <set>

#include "base/files.h"
#include "compiler/checks/checks.h"
#include "compiler/cli/commands.h"
#include "compiler/emit/run.h"
#include "compiler/explain/explain.h"
#include "river/parser.h"

namespace compiler::cli {

namespace {

/// Whether there are warnings, accepted ones left out.
bool has_warnings(const emit::Run& run) {
  river::diag::Diagnostics counted = run.diagnostics;
  emit::remove_accepted(run.sources, counted);
  return !counted.empty();
}

}  // namespace

emit::CommandResult run_compile(const CompileCommand& command) {
  emit::Run run;
  inventory::InventoryOptions load{command.inventory, command.check.playbook_dir, command.hosts,
                                   command.more_inventories, command.check.read};
  std::sort(load.only_hosts.begin(), load.only_hosts.end());
  load.only_hosts.erase(std::unique(load.only_hosts.begin(), load.only_hosts.end()),
                        load.only_hosts.end());
  const auto compiled = compile_inventory(load, false, {}, command.check, run);
  emit::report_unknown_codes(run.sources, explain::codes(), run.diagnostics);
  size_t changed = 0;
  const bool is_denied = run.diagnostics.has_errors() || (command.strict && has_warnings(run));
  if (run.io_errors.empty() && !is_denied) {
    const auto written = write_fleet(command.out, compiled, command.hosts.empty());
    if (!written) run.io_errors.push_back(written.error());
    changed = written.value_or(0);
  }
  emit::CommandResult result = finish(run, command.check, command.strict);
  if (result.exit_code == 1 && is_denied) result.err += "nothing was written\n";
  if (changed > 0)
    result.err += fmt::format("{} {} changed in {}\n", changed, changed == 1 ? "file" : "files",
                              command.out.string());
  return result;
}

namespace fs = std::filesystem;

namespace {

/// Hosts to check, by inventory; an empty set stands for all of them.
struct InventoryTarget {
  std::set<std::string> hosts;
  bool all = false;
  std::vector<fs::path> host_files;  ///< there is no inventory: only these
};

bool is_river(const fs::path& path) {
  return path.extension() == ".river" || path.extension() == ".alloy";
}

bool holds_river(const fs::path& folder) {
  std::error_code problem;
  fs::directory_iterator it(folder, problem);
  for (; !problem && it != fs::directory_iterator(); it.increment(problem))
    if (is_river(it->path())) return true;
  return false;
}

/// The inventory that a host_vars or group_vars folder belongs to; empty: none.
fs::path inventory_beside(const fs::path& vars_folder) {
  const fs::path root = vars_folder.has_parent_path() ? vars_folder.parent_path() : ".";
  std::error_code ignored;
  for (const char* name : {"inventory", "hosts.yml", "hosts.yaml", "inventory.yml",
                           "inventory.yaml", "hosts", "hosts.ini", "inventory.ini"})
    if (fs::exists(root / name, ignored)) return root / name;
  return {};
}

/// The nearest folder at or above `path` with this name; empty: none.
fs::path folder_named(std::string_view name, const fs::path& path) {
  for (fs::path at = path; !at.empty() && at != at.root_path(); at = at.parent_path())
    if (at.filename() == name) return at;
  return {};
}

/// host_vars/puck.yml, host_vars/puck and host_vars/puck/main.yml speak of puck.
std::string host_of(const fs::path& path, const fs::path& host_vars) {
  const fs::path first = *path.lexically_relative(host_vars).begin();
  const std::string extension = first.extension();
  const bool is_known = extension == ".yml" || extension == ".yaml" || extension == ".json";
  return is_known ? first.stem() : first;
}

std::vector<fs::path> files_in(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator it(path, problem), end; !problem && it != end; it.increment(problem))
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  std::sort(files.begin(), files.end());
  return files;
}

void check_river(const fs::path& path, const emit::CheckOptions& check, emit::Run& run) {
  auto files = base::read_config(path);
  if (!files) {
    run.io_errors.push_back(files.error());
    return;
  }
  ++run.configs;
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  std::vector<const river::ast::Tree*> views;
  for (base::NamedText& file : *files) {
    const auto& source = run.sources.add(std::move(file.name), std::move(file.text));
    trees.push_back(river::parse(source, run.diagnostics));
    views.push_back(trees.back().get());
  }
  const auto program =
      river::config::resolve(views, check.catalog, check.stability, run.diagnostics);
  river::config::check(program, run.diagnostics);
  if (!run.diagnostics.has_errors()) checks::check_design(program, run.diagnostics);
}

/// Puts a path to the inventory it speaks of, or checks it at once when it is River.
void take_path(const fs::path& given, const emit::CheckOptions& check,
               std::map<fs::path, InventoryTarget>& targets, emit::Run& run) {
  std::error_code ignored;
  fs::path path = given.lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  if (!fs::exists(path, ignored)) {
    run.io_errors.push_back({path.string() + ": no such file or directory"});
    return;
  }
  const fs::path absolute = fs::absolute(path, ignored);
  // A template is not a configuration by itself.
  if (const fs::path templates = folder_named("templates", absolute); !templates.empty())
    if (const fs::path inventory = inventory_beside(templates); !inventory.empty()) {
      targets[inventory.lexically_proximate(fs::current_path())].all = true;
      return;
    }
  if (path.extension() == ".j2") {
    run.io_errors.push_back({path.string() + ": a Jinja template is checked with its inventory: "
                                             "cfgc validate INVENTORY"});
    return;
  }
  const bool is_folder = fs::is_directory(path, ignored);
  if (is_folder ? holds_river(path) : is_river(path)) return check_river(path, check, run);
  const fs::path vars = folder_named("host_vars", absolute);
  const fs::path group_vars = folder_named("group_vars", absolute);
  if (vars.empty() && group_vars.empty()) {
    targets[path].all = true;
    return;
  }
  const fs::path inventory = inventory_beside(vars.empty() ? group_vars : vars);
  InventoryTarget& target =
      targets[inventory.empty() ? fs::path() : inventory.lexically_proximate(fs::current_path())];
  if (inventory.empty())
    for (const fs::path& file : files_in(path)) target.host_files.push_back(file);
  else if (vars.empty() || absolute == vars)
    target.all = true;
  else
    target.hosts.insert(host_of(absolute, vars));
}

}  // namespace

emit::CommandResult run_validate(const ValidateOptions& options) {
  emit::Run run;
  std::map<fs::path, InventoryTarget> targets;
  std::vector<fs::path> paths = options.paths;
  if (paths.empty()) paths.emplace_back("inventory");
  for (const fs::path& path : paths) take_path(path, options.check, targets, run);
  for (const auto& [inventory, target] : targets) {
    inventory::InventoryOptions load{
        inventory, options.check.playbook_dir, {}, {}, options.check.read};
    if (!target.all) load.only_hosts.assign(target.hosts.begin(), target.hosts.end());
    compile_inventory(load, inventory.empty(), target.host_files, options.check, run);
  }
  emit::report_unknown_codes(run.sources, explain::codes(), run.diagnostics);
  return finish(run, options.check, true);
}

}  // namespace compiler::cli
