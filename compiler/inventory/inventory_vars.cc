#include <algorithm>
#include <map>

#include "compiler/inventory/inventory_parts.h"
#include "river/diag/diagnostics.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

/// The files of a vars folder, by the name of the group or host that they speak of.
using FilesByName = std::map<std::string, std::vector<fs::path>, std::less<>>;

constexpr std::string_view kExtensions[] = {"", ".yml", ".yaml", ".json"};

bool has_vars_extension(const fs::path& path) {
  const std::string extension = path.extension();
  return !extension.empty() && std::find(std::begin(kExtensions), std::end(kExtensions),
                                         extension) != std::end(kExtensions);
}

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename();
  return name.starts_with('.') || name.ends_with('~');
}

std::vector<fs::path> sorted_entries(const fs::path& folder, std::vector<base::Error>& errors) {
  std::vector<fs::path> entries;
  std::error_code problem;
  fs::directory_iterator it(folder, problem);
  for (; !problem && it != fs::directory_iterator(); it.increment(problem))
    entries.push_back(it->path());
  if (problem) errors.push_back({folder.string() + ": " + problem.message()});
  std::sort(entries.begin(), entries.end());
  return entries;
}

void files_below(const fs::path& folder, std::vector<fs::path>& files,
                 std::vector<base::Error>& errors) {
  std::error_code ignored;
  for (const fs::path& entry : sorted_entries(folder, errors)) {
    if (is_hidden(entry)) continue;
    if (fs::is_directory(entry, ignored))
      files_below(entry, files, errors);
    else if (entry.extension().empty() || has_vars_extension(entry))
      files.push_back(entry);
  }
}

/// As Ansible picks: NAME (a folder or a file), else NAME.yml, else NAME.yaml, else NAME.json.
FilesByName list_vars(const fs::path& folder, std::vector<base::Error>& errors) {
  FilesByName found;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return found;
  std::map<std::string, fs::path, std::less<>> entries;
  for (const fs::path& entry : sorted_entries(folder, errors))
    entries.emplace(entry.filename().string(), entry);
  for (const std::string_view extension : kExtensions)
    for (const auto& [file, path] : entries) {
      const bool is_folder = fs::is_directory(path, ignored);
      const bool fits =
          extension.empty() ? is_folder || !has_vars_extension(path) : file.ends_with(extension);
      if (!fits || is_hidden(path)) continue;
      const std::string name = file.substr(0, file.size() - extension.size());
      if (found.contains(name)) continue;
      if (is_folder)
        files_below(path, found[name], errors);
      else
        found[name].push_back(path);
    }
  return found;
}

/// Parses all files and hands each map with the index of its owner to `use`.
template <class Use>
void read_all(const FilesByName& by_name, InventoryBuilder& builder, const Use& use) {
  std::vector<fs::path> files;
  std::vector<std::string_view> owners;
  for (const auto& [name, paths] : by_name)
    for (const fs::path& path : paths) {
      files.push_back(path);
      owners.push_back(name);
    }
  const std::vector<const yaml::Node*> roots = read_yaml_files(files, builder);
  for (size_t i = 0; i < roots.size(); ++i) {
    if (roots[i] == nullptr || yaml::is_null(*roots[i])) continue;
    if (roots[i]->kind == yaml::Kind::map)
      use(owners[i], roots[i]);
    else
      builder.diagnostics.error("F004", roots[i]->span, "a variables file must be a map, not {}",
                                yaml::describe(*roots[i]));
  }
}

/// Files of nobody: a slip in the name, or a host that is gone.
template <class Known>
void report_unowned(FilesByName& by_name, std::string_view what, const Known& known,
                    InventoryBuilder& builder) {
  const bool is_whole = !builder.diagnostics.has_errors();  // Else the owner may be there.
  std::vector<std::string_view> names;
  for (const auto& [name, owner] : known) names.push_back(name);
  for (auto entry = by_name.begin(); entry != by_name.end();) {
    if (known.contains(entry->first)) {
      ++entry;
      continue;
    }
    for (const fs::path& path : entry->second) {
      if (!is_whole) break;
      const auto& file = builder.sources.add(path.lexically_normal().string(), " ");
      auto& problem = builder.diagnostics.warning(
          "F011", {file.base, file.base + 1}, "the inventory has no {} \"{}\": this file is unused",
          what, entry->first);
      if (const auto near = river::diag::did_you_mean(entry->first, names); !near.empty())
        problem.with_help(fmt::format("did you mean \"{}\"?", near));
    }
    entry = by_name.erase(entry);
  }
}

}  // namespace

void read_vars_dirs(const fs::path& folder, VarsPlace place,
                    const std::vector<std::string>& only_hosts, InventoryBuilder& builder,
                    std::vector<std::vector<const yaml::Node*>>& host_layers) {
  std::vector<base::Error>& errors = builder.inventory.io_errors;
  FilesByName groups = list_vars(folder / "group_vars", errors);
  builder.group("ungrouped", {});
  report_unowned(groups, "group", builder.groups, builder);
  read_all(groups, builder, [&](std::string_view name, const yaml::Node* vars) {
    Group& group = *builder.groups.at(name);
    (place == VarsPlace::adjacent ? group.adjacent_vars : group.playbook_vars).push_back(vars);
  });
  FilesByName hosts = list_vars(folder / "host_vars", errors);
  report_unowned(hosts, "host", builder.hosts, builder);
  if (!only_hosts.empty())
    std::erase_if(hosts, [&](const auto& entry) {
      return std::find(only_hosts.begin(), only_hosts.end(), entry.first) == only_hosts.end();
    });
  read_all(hosts, builder, [&](std::string_view name, const yaml::Node* vars) {
    host_layers[builder.hosts.at(name)].push_back(vars);
  });
}

}  // namespace compiler::inventory
