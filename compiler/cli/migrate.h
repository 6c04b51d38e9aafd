#pragma once
namespace CLI {
class App;
}

namespace compiler::cli {

/// Adds `cfgc migrate` with its subcommands.
void add_migrate(CLI::App& app, int& exit_code);

/// Usage errors of `cfgc migrate`: 2 says there that something changes.
inline constexpr int kExitMigrateError = 1;

}  // namespace compiler::cli
