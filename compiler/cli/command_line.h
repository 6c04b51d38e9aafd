#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/emit/run.h"

namespace CLI {
class App;
}

/// The command line of cfgc: arguments become the options of one function of this folder, whose
/// result is printed. CLI11 costs seconds per unit: command_line.cc and migrate.cc include it
/// alone.
namespace compiler::cli {

inline constexpr int kExitUsage = 2;
/// Usage errors of `cfgc migrate`: 2 says there that something changes.
inline constexpr int kExitMigrateError = 1;

/// --stability.level, and where a fleet's files are and what may be used to read them.
struct CheckArguments {
  std::string stability = "generally-available";
  emit::CheckOptions options;
  std::vector<std::string> inventories;  ///< of --inventory; empty: ./inventory

  void add_to(CLI::App& command);
  /// Adds --stability.level alone, for commands without an inventory.
  void add_stability(CLI::App& command);
  /// Adds --inventory, which may be given more than once.
  void add_inventory(CLI::App& command);
  /// The options with the catalogue of components; call after parsing.
  const emit::CheckOptions& resolve();
  /// The inventories with all that reading them needs; call after parsing.
  inventory::InventoryOptions load() const;
};

/// Prints a command's result and returns its exit code; kExitUsage when stdout cannot be written (a
/// closed pipe, a full disk).
int show(const emit::CommandResult& result);

/// The end of the help of a command ("fmt", "kubernetes rbac"; "": of cfgc itself): examples, and
/// what its exit codes mean.
std::string help_footer(std::string_view command);

/// What is said when `word` stands where one of the commands `known` is expected.
std::string no_such_command(std::string_view word, std::span<const std::string_view> known);

/// Add `cfgc test` and `cfgc import`.
void add_test(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);

/// Adds `cfgc migrate` with its subcommands.
void add_migrate(CLI::App& app, int& exit_code);

struct CommandPage;
/// All commands with their options.
CommandPage command_page();

/// Runs cfgc and returns its exit code.
int run(int argc, char** argv);

}  // namespace compiler::cli
