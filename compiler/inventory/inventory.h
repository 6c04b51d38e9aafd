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
  std::vector<river::diag::Span> closed;          ///< its encrypted files that were not opened
  bool has_broken_file = false;                   ///< a file of its variables is not valid
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
  /// Encrypted files of it and its groups that were not opened: what they set is not known.
  std::vector<river::diag::Span> closed;
  bool has_broken_file = false;  ///< a file of its variables, or of a group's, is not valid
  /// "a file of variables that is ...": for it, what the host runs is not known, even if it
  /// compiles; empty: it is known.
  std::string_view unread = {};

  /// The strongest definition of a variable, or nullptr.
  const yaml::Pair* find(std::string_view variable) const;
};

/// Everything an inventory says, with the place of every value. Values view the SourceMap that it
/// was loaded with. Immutable after loading; may then be read from several threads.
struct Inventory {
  std::filesystem::path playbook_dir;  ///< where templates/ is looked for
  std::filesystem::path alloy_dir;     ///< of ReadOptions
  std::vector<std::unique_ptr<yaml::Document>> documents;
  std::unique_ptr<base::Arena> arena = std::make_unique<base::Arena>();
  std::deque<Group> groups;
  std::vector<HostEntry> hosts;  ///< by name
  std::vector<base::Error> io_errors;
  size_t closed_files = 0;  ///< encrypted files that were not opened

  const HostEntry* find_host(std::string_view name) const;
  std::vector<std::string_view> host_names() const;
  /// A host's groups with all their parents, `all` left out, weakest first.
  static std::vector<const Group*> group_order(const HostEntry& host);
};

/// What unknown names may have been meant as. Each is compared with all that are known, so of very
/// many only the first are; more are not shown anyway.
class NearNames {
 public:
  explicit NearNames(std::vector<std::string_view> known) : known_(std::move(known)) {}
  /// Empty: nothing is near, or there were too many before.
  std::string_view of(std::string_view unknown);

 private:
  std::vector<std::string_view> known_;
  size_t left_ = 50;
};

/// What to do about a secret that would be written into a config.
inline constexpr std::string_view kSecretHelp =
    "let the agent read it from its environment: sys.env(\"NAME\"), set by tributary_environment";

/// Adds to a finding about something that is missing that a closed file may hold it. False when the
/// host has none.
bool note_closed(const HostEntry& host, river::diag::Diagnostic& finding);

/// What reading an inventory may use besides its files.
struct ReadOptions {
  /// A tree of templates in the layout DIR/config.alloy.j2, DIR/HOST/config.alloy.j2, in the place
  /// of templates/; empty: templates/.
  std::filesystem::path alloy_dir = {};
  /// With these Ansible opens vault files, as with that of ANSIBLE_VAULT_PASSWORD_FILE; without any
  /// they stay closed.
  std::vector<std::string> vault_password_files = {};
  /// As of ansible-playbook: NAME=VALUE, a YAML or JSON map, or @FILE. Stronger than all else.
  std::vector<std::string> extra_vars = {};
  /// Inventory scripts and inventory plugins may run.
  bool run_scripts = true;
};

struct InventoryOptions {
  /// A file or a directory of files: YAML, the JSON of `ansible-inventory --list`, and what Ansible
  /// alone reads: INI, scripts, configs of plugins, "host1,host2".
  std::filesystem::path inventory = "inventory";
  /// Where else group_vars/ and host_vars/ and templates/ are; empty: deduced, see
  /// deduced_playbook_dir.
  std::filesystem::path playbook_dir = {};
  /// Read host_vars of these only; empty: of all.
  std::vector<std::string> only_hosts = {};
  /// Inventories that are read after the first one.
  std::vector<std::filesystem::path> more = {};
  ReadOptions read = {};
};

/// The options with the names of hosts.
InventoryOptions in_hosts(InventoryOptions options, std::vector<std::string> hosts);

/// The folder above a directory named inventory (or inventories/NAME), else the inventory's own.
std::filesystem::path deduced_playbook_dir(const std::filesystem::path& inventory);

/// Reads an inventory. Mistakes of the author go to `diagnostics`; files that cannot be read to
/// io_errors.
Inventory load_inventory(const InventoryOptions& options, river::diag::SourceMap& sources,
                         river::diag::Diagnostics& diagnostics);

/// An inventory of the files of a host_vars folder alone, for checking one that has no inventory.
Inventory host_vars_only(const std::vector<std::filesystem::path>& files,
                         const ReadOptions& options, river::diag::SourceMap& sources,
                         river::diag::Diagnostics& diagnostics);

}  // namespace compiler::inventory
