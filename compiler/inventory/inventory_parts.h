#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "compiler/inventory/inventory.h"

/// The steps of load_inventory.
namespace compiler::inventory {

/// Groups and hosts by name while an inventory is being read.
struct InventoryBuilder {
  Inventory& inventory;
  river::diag::SourceMap& sources;
  river::diag::Diagnostics& diagnostics;
  std::unordered_map<std::string_view, Group*> groups;
  std::unordered_map<std::string_view, size_t> hosts;  ///< index in inventory.hosts

  Group& group(std::string_view name, river::diag::Span span);
  HostEntry& host(std::string_view name, river::diag::Span span);
  /// Puts `child` under `parent`; a cycle is reported and left out.
  void adopt(Group& parent, Group& child, river::diag::Span span);
};

/// Takes a YAML inventory (all/children/hosts/vars) in.
void read_yaml_inventory(const yaml::Node& root, InventoryBuilder& builder);

/// True when the root looks like `ansible-inventory --list`.
bool is_inventory_json(const yaml::Node& root);
void read_inventory_json(const yaml::Node& root, InventoryBuilder& builder);

/// Files that were read together: parsed in parallel, added to the SourceMap in the given order.
/// nullptr where a file could not be read, is empty or is broken.
std::vector<const yaml::Node*> read_yaml_files(const std::vector<std::filesystem::path>& paths,
                                               InventoryBuilder& builder);

/// Which part of the chain a vars directory is.
enum class VarsPlace { adjacent, playbook };

/// Reads group_vars/ and host_vars/ below `folder`. `host_layers[i]` gets the maps of host i.
void read_vars_dirs(const std::filesystem::path& folder, VarsPlace place,
                    const std::vector<std::string>& only_hosts, InventoryBuilder& builder,
                    std::vector<std::vector<const yaml::Node*>>& host_layers);

/// The names that a host pattern of an inventory stands for: "web[01:03].lan" gives web01.lan,
/// web02.lan, web03.lan; "db-[a:c]" and steps "[0:10:5]" work too. A name without a range gives
/// itself. An error for a malformed range or for more than 100,000 names.
base::Result<std::vector<std::string>> expand_host_range(std::string_view pattern);

}  // namespace compiler::inventory
