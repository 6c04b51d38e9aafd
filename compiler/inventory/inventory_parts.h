#pragma once
#include <filesystem>
#include <optional>
#include <set>
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
  const ReadOptions& options;
  std::unordered_map<std::string_view, Group*> groups = {};
  std::unordered_map<std::string_view, size_t> hosts = {};  ///< index in inventory.hosts

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

/// Adds the folder that a path leads to, links resolved; false: it was visited, or is not there.
/// Links may lead back to folders above.
bool visit_folder(const std::filesystem::path& folder, std::set<std::filesystem::path>& visited);

/// A file of YAML or JSON: `root` is nullptr when it could not be read, is empty, broken or closed.
struct YamlFile {
  const yaml::Node* root = nullptr;
  river::diag::Span closed = {};  ///< known: it is encrypted and was not opened
  bool is_broken = false;         ///< it has errors, or could not be opened
};

/// Files that were read together: parsed in parallel, added to the SourceMap in the given order,
/// opened by Ansible when they are encrypted and there is a password file.
std::vector<YamlFile> read_yaml_files(const std::vector<std::filesystem::path>& paths,
                                      InventoryBuilder& builder);

/// Which part of the chain a vars directory is.
enum class VarsPlace { adjacent, playbook };

/// Reads group_vars/ and host_vars/ below `folder`. `host_layers[i]` gets the maps of host i.
void read_vars_dirs(const std::filesystem::path& folder, VarsPlace place,
                    const std::vector<std::string>& only_hosts, InventoryBuilder& builder,
                    std::vector<std::vector<const yaml::Node*>>& host_layers);

/// Puts groups without a parent below `all`, and hosts of no group into `ungrouped`.
void settle_groups(InventoryBuilder& builder);

/// Puts the maps of groups below each host's own, those of --extra-vars above, now that all are
/// known, and orders the hosts by name.
void order_layers(InventoryBuilder& builder,
                  std::vector<std::vector<const yaml::Node*>>& host_layers,
                  const yaml::Node* extra_vars);

/// The files of host_vars/ in `folder` of the hosts that were left out of read_vars_dirs(): other
/// hosts ask for their variables by `hostvars`.
void read_other_hosts(const std::filesystem::path& folder,
                      const std::vector<std::string>& only_hosts, const InventoryBuilder& builder,
                      std::vector<std::vector<const yaml::Node*>>& host_layers);

/// Makes the layer of --extra-vars; nullptr without any.
const yaml::Node* read_extra_vars(InventoryBuilder& builder);

/// The names that a host pattern of an inventory stands for: "web[01:03].lan" gives web01.lan,
/// web02.lan, web03.lan; "db-[a:c]" and steps "[0:10:5]" work too. A name without a range gives
/// itself. An error for a malformed range or for more than 100,000 names.
base::Result<std::vector<std::string>> expand_host_range(std::string_view pattern);

/// A name or range of an inventory, and the port that is written after it.
struct HostAddress {
  std::string_view name;
  std::optional<int> port;
};

/// "h1:2222" and "[fe80::1]:2222" have a port; in "fe80::1" and "web[1:3]" the colons mean
/// something else.
HostAddress split_port(std::string_view pattern);

// Files that ansible-vault has encrypted as a whole. Ansible opens them, with the password files of
// the options or of ANSIBLE_VAULT_PASSWORD_FILE.

bool is_vault_file(std::string_view text);

/// Where findings about an encrypted file point: its first line.
river::diag::Span vault_header(const river::diag::SourceFile& file);

/// Those of the options and of the environment, as absolute paths.
std::vector<std::string> vault_password_files(const ReadOptions& options);

/// The documents of encrypted files, in one run of Ansible; nullptr, with a finding, for a file
/// that cannot be opened. All of a document stands at its file's first line, so that no excerpt
/// shows what is in it. Variables that cfgc itself reads keep their values; all others count as
/// encrypted.
std::vector<std::unique_ptr<yaml::Document>> open_vault_files(
    const std::vector<const river::diag::SourceFile*>& files,
    const std::vector<std::string>& password_files, InventoryBuilder& builder);

// Inventories that Ansible alone can read: it is asked for their groups, hosts and variables.

/// "h1,h2" in the place of an inventory's name.
bool is_host_list(std::string_view name);

/// The file is an INI inventory, a script or the config of an inventory plugin.
bool is_for_ansible(const std::filesystem::path& file);

/// Lets Ansible read all inventories together, because scripts and plugins may build on the others.
/// `named` are they as the user names them, `files` what is in them. group_vars/ and host_vars/ are
/// left out: read here, they keep their places. Scripts, plugins and the ansible.cfg of the current
/// folder are programs of whoever wrote them: they run only for a script or plugin among the files,
/// and only when options.run_scripts allows it. What fails is an I/O error.
void read_by_ansible(const std::vector<std::filesystem::path>& named,
                     const std::vector<std::filesystem::path>& files, InventoryBuilder& builder);

/// Moves what Ansible has read of these INI files, hosts and variables, to where it is written.
void place_ini(const std::vector<const river::diag::SourceFile*>& files, InventoryBuilder& builder);

}  // namespace compiler::inventory
