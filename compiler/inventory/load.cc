#include <algorithm>
#include <set>

#include "base/files.h"
#include "compiler/inventory/inventory_parts.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

/// Ansible leaves these out of an inventory directory.
bool is_ignored(const fs::path& path) {
  static const std::set<std::string> kIgnored = {".cfg", ".orig", ".bak", ".ini", ".retry", ".rst",
                                                 ".md",  ".txt",  ".pyc", ".pyo", ".swp"};
  const std::string name = path.filename();
  return name.starts_with('.') || name.ends_with('~') || kIgnored.contains(path.extension()) ||
         name == "group_vars" || name == "host_vars";
}

void collect_sources(const fs::path& path, std::set<fs::path>& visited,
                     std::vector<fs::path>& files, std::vector<base::Error>& errors) {
  std::error_code problem;
  if (!fs::is_directory(path, problem)) {
    files.push_back(path);
    return;
  }
  if (!visit_folder(path, visited)) return;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(path, problem), end; !problem && it != end; it.increment(problem))
    if (!is_ignored(it->path())) entries.push_back(it->path());
  if (problem) errors.push_back({path.string() + ": " + problem.message()});
  std::sort(entries.begin(), entries.end());
  for (const fs::path& entry : entries) collect_sources(entry, visited, files, errors);
}

void read_sources(const InventoryOptions& options, InventoryBuilder& builder) {
  std::vector<base::Error>& errors = builder.inventory.io_errors;
  std::vector<fs::path> named = {options.inventory}, files;
  named.insert(named.end(), options.more.begin(), options.more.end());
  bool for_ansible = false;
  for (const fs::path& one : named) {
    const size_t before = files.size();
    std::set<fs::path> visited;  // The same inventory may be named twice.
    if (is_host_list(one.string()))
      files.push_back(one);
    else
      collect_sources(one, visited, files, errors);
    if (files.size() == before && errors.empty())
      errors.push_back({one.string() + ": no inventory file in it"});
  }
  for (const fs::path& file : files) for_ansible |= is_for_ansible(file);
  if (!errors.empty()) return;
  if (for_ansible) return read_by_ansible(named, files, builder);
  for (const YamlFile& file : read_yaml_files(files, builder)) {
    if (file.closed.known())
      builder.diagnostics
          .error("F015", file.closed, "this inventory is encrypted: cfgc does not see its hosts")
          .with_help("open it with --vault-password-file");
    if (file.root == nullptr) continue;
    if (is_inventory_json(*file.root))
      read_inventory_json(*file.root, builder);
    else
      read_yaml_inventory(*file.root, builder);
  }
}

/// A host's name becomes a folder's.
void check_host_names(InventoryBuilder& builder) {
  for (const HostEntry& host : builder.inventory.hosts)
    if (host.name.empty() || host.name.starts_with('.') || host.name.find('/') != host.name.npos)
      builder.diagnostics.error("F016", host.span, "\"{}\" cannot be the name of a host", host.name)
          .with_help("the name becomes that of a folder: it must not contain / or begin with .");
}

/// The folder of an inventory, whose group_vars/ and host_vars/ are read.
fs::path folder_of(const fs::path& inventory) {
  std::error_code ignored;
  if (is_host_list(inventory.string())) return ".";
  const fs::path folder =
      fs::is_directory(inventory, ignored) ? inventory : inventory.parent_path();
  return folder.empty() ? "." : folder;
}

bool is_one_of(const fs::path& folder, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  return std::any_of(folders.begin(), folders.end(), [&](const fs::path& other) {
    return folder == other || fs::equivalent(folder, other, ignored);
  });
}

/// Whether something that was read, or a template, may ask for variables of hosts that were not.
bool reads_hostvars(const InventoryOptions& options, const InventoryBuilder& builder) {
  constexpr std::string_view kHostVarsEntry = "hostvars";
  if (builder.sources.contains(kHostVarsEntry)) return true;
  for (const fs::path& folder :
       {builder.inventory.playbook_dir / "templates", fs::path(options.read.alloy_dir)}) {
    std::error_code problem;
    for (fs::recursive_directory_iterator it(folder, problem), end; !problem && it != end;
         it.increment(problem)) {
      if (!it->is_regular_file(problem)) continue;
      const auto text = base::read_file(it->path());
      if (text && text->find(kHostVarsEntry) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace

Inventory load_inventory(const InventoryOptions& options, river::diag::SourceMap& sources,
                         river::diag::Diagnostics& diagnostics) {
  Inventory inventory;
  inventory.playbook_dir =
      options.playbook_dir.empty() ? deduced_playbook_dir(options.inventory) : options.playbook_dir;
  inventory.alloy_dir = options.read.alloy_dir;
  InventoryBuilder builder{inventory, sources, diagnostics, options.read};
  builder.group("all", {});
  for (const std::string& file : vault_password_files(options.read))
    if (std::error_code problem; !fs::exists(file, problem))
      inventory.io_errors.push_back({file + ": no such file of vault passwords"});
  read_sources(options, builder);
  if (!inventory.io_errors.empty()) return inventory;
  settle_groups(builder);
  check_host_names(builder);
  std::vector<std::vector<const yaml::Node*>> host_layers(inventory.hosts.size());
  std::vector<fs::path> read = {inventory.playbook_dir};
  std::vector<fs::path> named = {options.inventory};
  named.insert(named.end(), options.more.begin(), options.more.end());
  // A folder that is also the playbooks' is read as theirs, which is the stronger place.
  for (const fs::path& one : named) {
    const fs::path folder = folder_of(one);
    if (is_one_of(folder, read)) continue;
    read.push_back(folder);
    read_vars_dirs(folder, VarsPlace::adjacent, options.only_hosts, builder, host_layers);
  }
  read_vars_dirs(inventory.playbook_dir, VarsPlace::playbook, options.only_hosts, builder,
                 host_layers);
  if (!options.only_hosts.empty() && reads_hostvars(options, builder))
    for (const fs::path& folder : read)
      read_other_hosts(folder, options.only_hosts, builder, host_layers);
  order_layers(builder, host_layers, read_extra_vars(builder));
  return inventory;
}

Inventory host_vars_only(const std::vector<fs::path>& files, const ReadOptions& options,
                         river::diag::SourceMap& sources, river::diag::Diagnostics& diagnostics) {
  Inventory inventory;
  InventoryBuilder builder{inventory, sources, diagnostics, options};
  builder.group("all", {});
  const std::vector<YamlFile> read = read_yaml_files(files, builder);
  std::vector<std::vector<const yaml::Node*>> host_layers;
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string_view name = inventory.arena->text(files[i].stem().string());
    HostEntry& host = builder.host(name, {});
    if (read[i].closed.known()) host.closed.push_back(read[i].closed);
    host_layers.resize(inventory.hosts.size());
    if (read[i].root != nullptr && read[i].root->kind == yaml::Kind::map)
      host_layers[builder.hosts.at(name)].push_back(read[i].root);
  }
  inventory.playbook_dir = files.empty() ? fs::path(".") : files[0].parent_path().parent_path();
  inventory.alloy_dir = options.alloy_dir;
  order_layers(builder, host_layers, read_extra_vars(builder));
  return inventory;
}

}  // namespace compiler::inventory
