#include <algorithm>
#include <map>
#include <set>

#include "base/files.h"
#include "compiler/inventory/inventory_parts.h"
#include "river/diag/diagnostics.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

/// The files of a vars folder, by the name of the group or host that they speak of.
struct VarsFiles {
  std::map<std::string, std::vector<fs::path>, std::less<>> read;
  std::map<std::string, std::vector<fs::path>, std::less<>> hidden;  ///< by one that comes first
};

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
  std::error_code problem;
  std::vector<fs::path> entries = base::list_folder(folder, problem);
  if (problem) errors.push_back({folder.string() + ": " + problem.message()});
  return entries;
}

void files_below(const fs::path& folder, std::set<fs::path>& visited, std::vector<fs::path>& files,
                 std::vector<base::Error>& errors) {
  std::error_code ignored;
  if (!visit_folder(folder, visited)) return;
  for (const fs::path& entry : sorted_entries(folder, errors)) {
    if (is_hidden(entry)) continue;
    if (fs::is_directory(entry, ignored))
      files_below(entry, visited, files, errors);
    else if (entry.extension().empty() || has_vars_extension(entry))
      files.push_back(entry);
  }
}

/// "puck.sops.yml" is encrypted with sops, for a plug-in of Ansible's.
bool is_of_sops(const fs::path& path) {
  return has_vars_extension(path) && path.stem().extension() == ".sops";
}

/// A copy, a note or a sample that lies there: of nobody, and meant so.
bool is_left_there(const fs::path& path) {
  static const std::set<std::string> kExtensionsOfSuch = {
      ".example", ".sample", ".dist", ".orig", ".bak", ".old", ".md", ".txt", ".rst", ".j2"};
  return kExtensionsOfSuch.contains(path.extension()) || path.filename() == "README";
}

/// As Ansible picks: NAME (a folder or a file), else NAME.yml, else NAME.yaml, else NAME.json.
VarsFiles list_vars(const fs::path& folder, std::vector<base::Error>& errors) {
  VarsFiles found;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return found;
  const std::vector<fs::path> entries = sorted_entries(folder, errors);
  for (const std::string_view extension : kExtensions)
    for (const fs::path& path : entries) {
      const std::string file = path.filename();
      const bool is_folder = fs::is_directory(path, ignored);
      const bool fits =
          extension.empty() ? is_folder || !has_vars_extension(path) : file.ends_with(extension);
      if (!fits || is_hidden(path) || is_of_sops(path)) continue;
      const std::string name = file.substr(0, file.size() - extension.size());
      std::set<fs::path> visited;  // Two names may be links to one folder.
      if (found.read.contains(name))
        found.hidden[name].push_back(path);
      else if (is_folder)
        files_below(path, visited, found.read[name], errors);
      else
        found.read[name].push_back(path);
    }
  for (const fs::path& path : entries)
    if (is_of_sops(path)) found.read[path.stem().stem()].push_back(path);
  return found;
}

/// The place of a file that is not read.
river::diag::Span place_of(const fs::path& path, InventoryBuilder& builder) {
  const auto& file = builder.sources.add(path.lexically_normal().string(), " ");
  return {file.base, file.base + 1};
}

/// What is encrypted with sops: its text is no use to anybody here.
bool take_closed(const fs::path& path, InventoryBuilder& builder, river::diag::Span& closed) {
  if (!is_of_sops(path)) return false;
  closed = place_of(path, builder);
  ++builder.inventory.closed_files;
  return true;
}

/// Parses all files and hands each with the name of its owner to `use`.
template <class Use>
void read_all(const VarsFiles& listed, InventoryBuilder& builder, const Use& use) {
  std::vector<fs::path> files;
  std::vector<std::string_view> owners;
  for (const auto& [name, paths] : listed.read)
    for (const fs::path& path : paths) {
      YamlFile closed;
      if (take_closed(path, builder, closed.closed)) {
        use(name, closed);
        continue;
      }
      files.push_back(path);
      owners.push_back(name);
    }
  const std::vector<YamlFile> read = read_yaml_files(files, builder);
  for (size_t i = 0; i < read.size(); ++i) {
    const yaml::Node* root = read[i].root;
    YamlFile file = read[i];
    if (root != nullptr && !yaml::is_null(*root) && root->kind != yaml::Kind::map) {
      builder.diagnostics.error("F004", root->span, "a variables file must be a map, not {}",
                                yaml::describe(*root));
      file.is_broken = true;
    }
    use(owners[i], file);
  }
}

/// Takes a file that was read, or not opened, in; `owner` is a host or a group.
template <class Owner>
void take_in(const YamlFile& file, std::vector<const yaml::Node*>& vars, Owner& owner) {
  if (file.closed.known()) owner.closed.push_back(file.closed);
  owner.has_broken_file = owner.has_broken_file || file.is_broken;
  if (file.root != nullptr && file.root->kind == yaml::Kind::map) vars.push_back(file.root);
}

/// Files of nobody: a slip in the name, or a host that is gone.
template <class Known>
void report_unowned(VarsFiles& listed, std::string_view what, const Known& known,
                    InventoryBuilder& builder) {
  const bool is_whole = !builder.diagnostics.has_errors();  // Else the owner may be there.
  std::vector<std::string_view> names;
  for (const auto& [name, owner] : known) names.push_back(name);
  NearNames near_names(std::move(names));
  for (auto entry = listed.read.begin(); entry != listed.read.end();) {
    if (known.contains(entry->first)) {
      ++entry;
      continue;
    }
    for (const fs::path& path : entry->second) {
      if (!is_whole) break;
      if (is_left_there(path)) continue;
      auto& problem = builder.diagnostics.warning(
          "F011", place_of(path, builder), "the inventory has no {} \"{}\": this file is unused",
          what, entry->first);
      if (const auto near = near_names.of(entry->first); !near.empty())
        problem.with_help(fmt::format("did you mean \"{}\"?", near));
    }
    entry = listed.read.erase(entry);
  }
}

/// Of two files of one owner Ansible reads the first.
void report_hidden(const VarsFiles& listed, InventoryBuilder& builder) {
  for (const auto& [name, paths] : listed.hidden) {
    const auto read = listed.read.find(name);
    if (read == listed.read.end()) continue;
    for (const fs::path& path : paths) {
      const fs::path folder = path.parent_path();
      const fs::path first = read->second.empty() ? folder / name : read->second[0];
      const fs::path shown = first.parent_path() == folder ? first : folder / name;
      builder.diagnostics
          .warning("F017", place_of(path, builder), "this file is not read, because there is {}",
                   shown.lexically_normal().string())
          .with_help(
              "Ansible reads one of NAME, NAME.yml, NAME.yaml and NAME.json, the first of "
              "them; put both into a folder NAME, or into one file");
    }
  }
}

}  // namespace

void read_vars_dirs(const fs::path& folder, VarsPlace place,
                    const std::vector<std::string>& only_hosts, InventoryBuilder& builder,
                    std::vector<std::vector<const yaml::Node*>>& host_layers) {
  std::vector<base::Error>& errors = builder.inventory.io_errors;
  VarsFiles groups = list_vars(folder / "group_vars", errors);
  report_unowned(groups, "group", builder.groups, builder);
  report_hidden(groups, builder);
  read_all(groups, builder, [&](std::string_view name, const YamlFile& file) {
    Group& group = *builder.groups.at(name);
    take_in(file, place == VarsPlace::adjacent ? group.adjacent_vars : group.playbook_vars, group);
  });
  VarsFiles hosts = list_vars(folder / "host_vars", errors);
  report_unowned(hosts, "host", builder.hosts, builder);
  const std::set<std::string_view> chosen(only_hosts.begin(), only_hosts.end());
  if (!chosen.empty())
    std::erase_if(hosts.read, [&](const auto& entry) { return !chosen.contains(entry.first); });
  report_hidden(hosts, builder);
  read_all(hosts, builder, [&](std::string_view name, const YamlFile& file) {
    const size_t host = builder.hosts.at(name);
    take_in(file, host_layers[host], builder.inventory.hosts[host]);
  });
}

void read_other_hosts(const fs::path& folder, const std::vector<std::string>& only_hosts,
                      const InventoryBuilder& builder,
                      std::vector<std::vector<const yaml::Node*>>& host_layers) {
  // Nothing is asked about these hosts: what is wrong with their files is not said.
  river::diag::Diagnostics unsaid;
  std::vector<base::Error>& errors = builder.inventory.io_errors;
  const size_t said = errors.size();
  InventoryBuilder quiet{builder.inventory, builder.sources, unsaid, builder.options};
  VarsFiles hosts = list_vars(folder / "host_vars", errors);
  const std::set<std::string_view> chosen(only_hosts.begin(), only_hosts.end());
  std::erase_if(hosts.read, [&](const auto& entry) {
    return !builder.hosts.contains(entry.first) || chosen.contains(entry.first);
  });
  read_all(hosts, quiet, [&](std::string_view name, const YamlFile& file) {
    const size_t host = builder.hosts.at(name);
    take_in(file, host_layers[host], builder.inventory.hosts[host]);
  });
  errors.resize(said);
}

bool visit_folder(const fs::path& folder, std::set<fs::path>& visited) {
  std::error_code problem;
  const fs::path place = fs::canonical(folder, problem);
  return !problem && visited.insert(place).second;
}

}  // namespace compiler::inventory
