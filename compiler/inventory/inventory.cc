#include "compiler/inventory/inventory.h"

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/thread.h"
#include "compiler/inventory/inventory_parts.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

constexpr size_t kInventoryFileBytesMax = size_t{64} << 20;

/// Ansible leaves these out of an inventory directory.
bool is_ignored(const fs::path& path) {
  static const std::set<std::string> kIgnored = {".cfg", ".orig", ".bak", ".ini", ".retry", ".rst",
                                                 ".md",  ".txt",  ".pyc", ".pyo", ".swp"};
  const std::string name = path.filename();
  return name.starts_with('.') || name.ends_with('~') || kIgnored.contains(path.extension()) ||
         name == "group_vars" || name == "host_vars";
}

void collect_sources(const fs::path& path, std::vector<fs::path>& files,
                     std::vector<base::Error>& errors) {
  std::error_code problem;
  if (!fs::is_directory(path, problem)) {
    files.push_back(path);
    return;
  }
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(path, problem), end; !problem && it != end; it.increment(problem))
    if (!is_ignored(it->path())) entries.push_back(it->path());
  if (problem) errors.push_back({path.string() + ": " + problem.message()});
  std::sort(entries.begin(), entries.end());
  for (const fs::path& entry : entries) collect_sources(entry, files, errors);
}

/// A group stands one deeper than its deepest parent; `all` is 0. The graph has no cycle.
int depth_of(Group& group) {
  if (group.depth == 0)
    for (Group* parent : group.parents) group.depth = std::max(group.depth, depth_of(*parent) + 1);
  return group.depth;
}

void add_ancestors(const Group& group, std::set<const Group*>& found) {
  if (!found.insert(&group).second) return;
  for (const Group* parent : group.parents) add_ancestors(*parent, found);
}

template <class From>
void append(std::vector<const yaml::Node*>& to, const From& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// The maps of the groups of a host in Ansible's order, weakest first.
std::vector<const yaml::Node*> group_layers(const Group& all, const HostEntry& host) {
  const std::vector<const Group*> groups = Inventory::group_order(host);
  std::vector<const yaml::Node*> layers = all.inventory_vars;
  for (const Group* group : groups) append(layers, group->inventory_vars);
  append(layers, all.adjacent_vars);
  append(layers, all.playbook_vars);
  for (const Group* group : groups) append(layers, group->adjacent_vars);
  for (const Group* group : groups) append(layers, group->playbook_vars);
  return layers;
}

int64_t priority_of(const Group& group) {
  int64_t priority = 1;
  for (const auto* list : {&group.inventory_vars, &group.adjacent_vars, &group.playbook_vars})
    for (const yaml::Node* vars : *list)
      if (const yaml::Pair* pair = vars->find("ansible_group_priority"))
        priority = yaml::as_int(*pair->value).value_or(priority);
  return priority;
}

/// A host's name becomes a folder's.
void check_host_names(InventoryBuilder& builder) {
  for (const HostEntry& host : builder.inventory.hosts)
    if (host.name.empty() || host.name.starts_with('.') || host.name.find('/') != host.name.npos)
      builder.diagnostics.error("F016", host.span, "\"{}\" cannot be the name of a host", host.name)
          .with_help("the name becomes that of a folder: it must not contain / or begin with .");
}

/// Puts group maps below each host's own maps, now that all groups are known.
void order_layers(InventoryBuilder& builder,
                  std::vector<std::vector<const yaml::Node*>>& host_layers) {
  Inventory& inventory = builder.inventory;
  for (Group& group : inventory.groups) {
    depth_of(group);
    group.priority = priority_of(group);
  }
  const Group& all = *builder.groups.at("all");
  for (size_t i = 0; i < inventory.hosts.size(); ++i) {
    HostEntry& host = inventory.hosts[i];
    std::vector<const yaml::Node*> layers = group_layers(all, host);
    append(layers, host.layers);
    append(layers, host_layers[i]);
    host.layers = std::move(layers);
  }
  std::sort(inventory.hosts.begin(), inventory.hosts.end(),
            [](const HostEntry& a, const HostEntry& b) { return a.name < b.name; });
}

}  // namespace

const yaml::Pair* HostEntry::find(std::string_view variable) const {
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    if (const yaml::Pair* pair = (*layer)->find(variable)) return pair;
  return nullptr;
}

const HostEntry* Inventory::find_host(std::string_view name) const {
  const auto at =
      std::lower_bound(hosts.begin(), hosts.end(), name,
                       [](const HostEntry& h, std::string_view n) { return h.name < n; });
  return at != hosts.end() && at->name == name ? &*at : nullptr;
}

std::vector<std::string_view> Inventory::host_names() const {
  std::vector<std::string_view> names;
  names.reserve(hosts.size());
  for (const HostEntry& host : hosts) names.push_back(host.name);
  return names;
}

std::vector<const Group*> Inventory::group_order(const HostEntry& host) {
  std::set<const Group*> found;
  for (const Group* group : host.groups) add_ancestors(*group, found);
  std::vector<const Group*> order;
  for (const Group* group : found)
    if (group->name != "all") order.push_back(group);
  std::sort(order.begin(), order.end(), [](const Group* a, const Group* b) {
    return std::tie(a->depth, a->priority, a->name) < std::tie(b->depth, b->priority, b->name);
  });
  return order;
}

fs::path deduced_playbook_dir(const fs::path& inventory) {
  std::error_code ignored;
  fs::path folder = fs::absolute(inventory, ignored).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();  // "inventory/"
  if (!fs::is_directory(folder, ignored)) folder = folder.parent_path();
  fs::path result = folder;
  if (folder.filename() == "inventory" || folder.parent_path().filename() == "inventory")
    result = folder.filename() == "inventory" ? folder.parent_path()
                                              : folder.parent_path().parent_path();
  else if (folder.parent_path().filename() == "inventories")
    result = folder.parent_path().parent_path();
  const fs::path shown = result.lexically_proximate(fs::current_path(ignored));
  return *shown.begin() == ".." ? result : shown;
}

std::vector<const yaml::Node*> read_yaml_files(const std::vector<fs::path>& paths,
                                               InventoryBuilder& builder) {
  struct Slot {
    const river::diag::SourceFile* file = nullptr;
    std::unique_ptr<yaml::Document> document;
    river::diag::Diagnostics diagnostics;
  };
  std::vector<Slot> slots(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    auto text = base::read_file(paths[i], kInventoryFileBytesMax);
    if (!text) {
      builder.inventory.io_errors.push_back(text.error());
      continue;
    }
    const fs::path shown = paths[i].lexically_normal();
    slots[i].file = &builder.sources.add(shown.string(), std::move(*text));
  }
  base::parallel_for(slots.size(), [&](size_t i) {
    Slot& slot = slots[i];
    if (slot.file == nullptr) return;
    if (!slot.file->text.starts_with("$ANSIBLE_VAULT"))
      slot.document = yaml::parse(*slot.file, slot.diagnostics);
    else
      slot.diagnostics.warning("F015", {slot.file->base, slot.file->base + 14},
                               "this file is encrypted: cfgc does not see its variables");
  });
  std::vector<const yaml::Node*> roots(paths.size());
  for (size_t i = 0; i < slots.size(); ++i) {
    builder.diagnostics.append(std::move(slots[i].diagnostics));
    if (slots[i].document == nullptr) continue;
    roots[i] = slots[i].document->root;
    builder.inventory.documents.push_back(std::move(slots[i].document));
  }
  return roots;
}

Inventory load_inventory(const InventoryOptions& options, river::diag::SourceMap& sources,
                         river::diag::Diagnostics& diagnostics) {
  Inventory inventory;
  inventory.playbook_dir =
      options.playbook_dir.empty() ? deduced_playbook_dir(options.inventory) : options.playbook_dir;
  InventoryBuilder builder{inventory, sources, diagnostics, {}, {}};
  builder.group("all", {});
  std::vector<fs::path> files;
  collect_sources(options.inventory, files, inventory.io_errors);
  if (files.empty() && inventory.io_errors.empty())
    inventory.io_errors.push_back({options.inventory.string() + ": no inventory file in it"});
  for (const yaml::Node* root : read_yaml_files(files, builder)) {
    if (root == nullptr) continue;
    if (is_inventory_json(*root))
      read_inventory_json(*root, builder);
    else
      read_yaml_inventory(*root, builder);
  }
  if (!inventory.io_errors.empty()) return inventory;
  check_host_names(builder);
  std::error_code ignored;
  fs::path adjacent = options.inventory;
  if (!fs::is_directory(adjacent, ignored)) adjacent = adjacent.parent_path();
  if (adjacent.empty()) adjacent = ".";
  std::vector<std::vector<const yaml::Node*>> host_layers(inventory.hosts.size());
  read_vars_dirs(adjacent, VarsPlace::adjacent, options.only_hosts, builder, host_layers);
  if (!fs::equivalent(adjacent, inventory.playbook_dir, ignored))
    read_vars_dirs(inventory.playbook_dir, VarsPlace::playbook, options.only_hosts, builder,
                   host_layers);
  order_layers(builder, host_layers);
  return inventory;
}

Inventory host_vars_only(const std::vector<fs::path>& files, river::diag::SourceMap& sources,
                         river::diag::Diagnostics& diagnostics) {
  Inventory inventory;
  InventoryBuilder builder{inventory, sources, diagnostics, {}, {}};
  builder.group("all", {});
  const std::vector<const yaml::Node*> roots = read_yaml_files(files, builder);
  std::vector<std::vector<const yaml::Node*>> host_layers;
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string_view name = inventory.arena->text(files[i].stem().string());
    builder.host(name, {});
    host_layers.resize(inventory.hosts.size());
    if (roots[i] != nullptr && roots[i]->kind == yaml::Kind::map)
      host_layers[builder.hosts.at(name)].push_back(roots[i]);
  }
  inventory.playbook_dir = files.empty() ? fs::path(".") : files[0].parent_path().parent_path();
  order_layers(builder, host_layers);
  return inventory;
}

}  // namespace compiler::inventory
