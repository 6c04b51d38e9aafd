#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/emit/run.h"

/// The logic of `cfgc validate` and `cfgc compile`; the command line is read in main.cc.
namespace compiler::cli {

struct ValidateOptions {
  /// Each one of: host_vars/ or a file in it, group_vars/, an inventory (file or folder), a folder
  /// of River files (one configuration), a River file. Empty: ./inventory.
  std::vector<std::filesystem::path> paths;
  emit::CheckOptions check;
};
/// Every finding counts, warnings too: what nobody has to mend, nobody sees.
emit::CommandResult run_validate(const ValidateOptions& options);

struct CompileCommand {
  std::filesystem::path inventory = "inventory";
  std::vector<std::string> hosts;  ///< empty: all
  std::filesystem::path out = "compiled";
  bool strict = false;  ///< warnings give exit code 1, too
  emit::CheckOptions check;
};
/// Writes OUT/HOST/config.river and OUT/manifest.json; nothing when there are errors. Files whose
/// content stays the same are left alone.
emit::CommandResult run_compile(const CompileCommand& command);

}  // namespace compiler::cli
