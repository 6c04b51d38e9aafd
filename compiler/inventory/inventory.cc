#include "compiler/inventory/inventory.h"

#include <algorithm>
#include <set>

#include "compiler/inventory/inventory_parts.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

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
void append(std::vector<From>& to, const std::vector<From>& from) {
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

constexpr std::string_view kPriority = "ansible_group_priority";

/// Ansible takes the priority of a group from the inventory alone: its group_vars are read in the
/// order that the priorities give.
int64_t priority_of(const Group& group, river::diag::Diagnostics& diagnostics) {
  for (const auto* list : {&group.adjacent_vars, &group.playbook_vars})
    for (const yaml::Node* vars : *list)
      if (const yaml::Pair* pair = vars->find(kPriority))
        diagnostics.warning("F018", pair->key_span, "{} has no effect in group_vars", kPriority)
            .with_help("Ansible reads it in the inventory: under vars of the group");
  int64_t priority = 1;
  for (const yaml::Node* vars : group.inventory_vars)
    if (const yaml::Pair* pair = vars->find(kPriority))
      priority = yaml::as_int(*pair->value).value_or(priority);
  return priority;
}

bool is_in_own_group(const HostEntry& host) {
  return std::any_of(host.groups.begin(), host.groups.end(), [](const Group* group) {
    return group->name != "all" && group->name != "ungrouped";
  });
}

}  // namespace

void settle_groups(InventoryBuilder& builder) {
  Group& all = builder.group("all", {});
  Group& ungrouped = builder.group("ungrouped", {});
  for (Group& group : builder.inventory.groups)
    if (&group != &all && group.parents.empty()) group.parents.push_back(&all);
  for (HostEntry& host : builder.inventory.hosts) {
    std::erase(host.groups, &ungrouped);
    if (!is_in_own_group(host)) host.groups.push_back(&ungrouped);
  }
}

/// See HostEntry::unread. A closed file beside others of the host holds its secrets, as a rule; one
/// that is alone holds all that the host is.
std::string_view why_unread(const HostEntry& host, bool only_closed_files) {
  if (host.has_broken_file) return "a file of variables that is not valid";
  const bool says_something = host.find("services") != nullptr || host.find("telemetry") != nullptr;
  if (only_closed_files || (!host.closed.empty() && !says_something))
    return "a file of variables that is encrypted and was not opened";
  return {};
}

void order_layers(InventoryBuilder& builder,
                  std::vector<std::vector<const yaml::Node*>>& host_layers,
                  const yaml::Node* extra_vars) {
  Inventory& inventory = builder.inventory;
  for (Group& group : inventory.groups) {
    depth_of(group);
    group.priority = priority_of(group, builder.diagnostics);
  }
  const Group& all = *builder.groups.at("all");
  for (size_t i = 0; i < inventory.hosts.size(); ++i) {
    HostEntry& host = inventory.hosts[i];
    const bool only_closed_files = !host.closed.empty() && host_layers[i].empty();
    std::vector<const yaml::Node*> layers = group_layers(all, host);
    append(layers, host.layers);
    append(layers, host_layers[i]);
    if (extra_vars != nullptr) layers.push_back(extra_vars);
    host.layers = std::move(layers);
    std::vector<const Group*> groups = Inventory::group_order(host);
    groups.push_back(&all);
    for (const Group* group : groups) {
      append(host.closed, group->closed);
      host.has_broken_file = host.has_broken_file || group->has_broken_file;
    }
    host.unread = why_unread(host, only_closed_files);
  }
  std::sort(inventory.hosts.begin(), inventory.hosts.end(),
            [](const HostEntry& a, const HostEntry& b) { return a.name < b.name; });
}

bool note_closed(const HostEntry& host, river::diag::Diagnostic& finding) {
  if (host.closed.empty()) return false;
  for (const river::diag::Span place : host.closed)
    finding.note(place, "this file is encrypted and was not opened: it may be set there");
  finding.with_help(
      "--vault-password-file opens files of ansible-vault, and so does "
      "ANSIBLE_VAULT_PASSWORD_FILE");
  return true;
}

const yaml::Pair* HostEntry::find(std::string_view variable) const {
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    if (const yaml::Pair* pair = (*layer)->find(variable)) return pair;
  return nullptr;
}

std::string_view NearNames::of(std::string_view unknown) {
  if (left_ == 0) return {};
  --left_;
  return river::diag::did_you_mean(unknown, known_);
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

InventoryOptions in_hosts(InventoryOptions options, std::vector<std::string> hosts) {
  options.only_hosts = std::move(hosts);
  return options;
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

}  // namespace compiler::inventory
