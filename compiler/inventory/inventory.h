#pragma once
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "compiler/yaml/yaml.h"

namespace compiler::inventory {

/// One group of the inventory. Names view the source text or the inventory's arena.
struct Group {
  std::string_view name;
  river::diag::Span span;
  std::vector<Group*> parents;
  std::vector<const yaml::Node*> inventory_vars;  ///< `vars:` of the inventory, in reading order
  std::vector<const yaml::Node*> adjacent_vars;   ///< group_vars/ beside the inventory
  std::vector<const yaml::Node*> playbook_vars;   ///< group_vars/ beside the playbooks
  int depth = 0;                                  ///< `all` is 0
  int64_t priority = 1;                           ///< ansible_group_priority
};

struct HostEntry {
  std::string_view name;
  river::diag::Span span;      ///< where the inventory names it first
  std::vector<Group*> groups;  ///< those that list it
  /// Maps of variables, weakest first, in Ansible's order: all < parent < child < host, and for
  /// groups inventory < group_vars/all < other group_vars.
  std::vector<const yaml::Node*> layers;

  /// The strongest definition of a variable, or nullptr.
  const yaml::Pair* find(std::string_view variable) const;
};

/// Everything an inventory says, with the place of every value. Values view the SourceMap that it
/// was loaded with. Immutable after loading; may then be read from several threads.
struct Inventory {
  std::filesystem::path playbook_dir;  ///< where templates/ is looked for
  std::vector<std::unique_ptr<yaml::Document>> documents;
  std::unique_ptr<base::Arena> arena = std::make_unique<base::Arena>();
  std::deque<Group> groups;
  std::vector<HostEntry> hosts;  ///< by name
  std::vector<base::Error> io_errors;

  const HostEntry* find_host(std::string_view name) const;
  std::vector<std::string_view> host_names() const;
  /// Names of a host's groups with all their parents, `all` left out, weakest first.
  static std::vector<const Group*> group_order(const HostEntry& host);
};

struct InventoryOptions {
  /// A YAML inventory file, the JSON of `ansible-inventory --list`, or a directory of such files.
  std::filesystem::path inventory = "inventory";
  /// Where else group_vars/ and host_vars/ and templates/ are; empty: deduced, see
  /// deduced_playbook_dir.
  std::filesystem::path playbook_dir;
  /// Read host_vars of these only; empty: of all.
  std::vector<std::string> only_hosts;
};

/// The folder above a directory named inventory (or inventories/NAME), else the inventory's own.
std::filesystem::path deduced_playbook_dir(const std::filesystem::path& inventory);

/// Reads an inventory. Mistakes of the author go to `diagnostics`; files that cannot be read to
/// io_errors.
Inventory load_inventory(const InventoryOptions& options, river::diag::SourceMap& sources,
                         river::diag::Diagnostics& diagnostics);

/// An inventory of the files of a host_vars folder alone, for checking one that has no inventory.
Inventory host_vars_only(const std::vector<std::filesystem::path>& files,
                         river::diag::SourceMap& sources, river::diag::Diagnostics& diagnostics);

}  // namespace compiler::inventory
