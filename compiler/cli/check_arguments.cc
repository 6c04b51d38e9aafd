#include <CLI/CLI.hpp>

#include "compiler/cli/command_line.h"
#include "components/catalog.h"

/// Options that commands about configurations share: inventories, and how they are read and
/// checked.
namespace compiler::cli {

void CheckArguments::add_stability(CLI::App& command) {
  command.add_option("--stability.level", stability, "Minimum stability of components")
      ->check(CLI::IsMember({"generally-available", "public-preview", "experimental"}))
      ->capture_default_str();
}

void CheckArguments::add_to(CLI::App& command) {
  add_stability(command);
  command.add_option("--playbook-dir", options.playbook_dir,
                     "Folder of host_vars/, group_vars/ and templates/; default: that of the "
                     "inventory or the one above it");
  command.add_option("--alloy-dir", options.read.alloy_dir,
                     "Folder of templates in the layout config.alloy.j2, HOST/config.alloy.j2");
  command
      .add_option("--extra-vars,-e", options.read.extra_vars,
                  "Variables as NAME=VALUE, YAML, JSON or @FILE; may be repeated")
      ->allow_extra_args(false);
  command
      .add_option("--vault-password-file", options.read.vault_password_files,
                  "Let Ansible open encrypted files with it; may be repeated")
      ->allow_extra_args(false);
}

void CheckArguments::add_inventory(CLI::App& command) {
  command
      .add_option("--inventory,-i", inventories,
                  "Inventory file or folder; may be repeated; default: inventory")
      ->allow_extra_args(false);
}

inventory::InventoryOptions CheckArguments::load() const {
  inventory::InventoryOptions load;
  if (!inventories.empty()) load.inventory = inventories[0];
  for (size_t i = 1; i < inventories.size(); ++i) load.more.emplace_back(inventories[i]);
  load.playbook_dir = options.playbook_dir;
  load.read = options.read;
  return load;
}

const emit::CheckOptions& CheckArguments::resolve() {
  using river::schema::Stability;
  options.catalog = components::catalog();
  if (stability == "public-preview") options.stability = Stability::public_preview;
  if (stability == "experimental") options.stability = Stability::experimental;
  return options;
}

}  // namespace compiler::cli
