#pragma once
#include <string>

#include "compiler/cli/command.h"

namespace CLI {
class App;
}

/// What the subcommands of cfgc have in common.
namespace compiler::cli {

/// --stability.level and --playbook-dir.
struct CheckArguments {
  std::string stability = "generally-available";
  emit::CheckOptions options;

  void add_to(CLI::App& command);
  /// The options with the catalogue of components; call after parsing.
  const emit::CheckOptions& resolve();
};

/// Prints a command's answer and gives the exit code; that of usage and I/O when stdout fails (a
/// closed pipe, a full disk).
int show(const emit::CommandResult& result);

inline constexpr int kExitUsage = 2;

}  // namespace compiler::cli
