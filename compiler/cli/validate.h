#pragma once
#include <filesystem>
#include <vector>

#include "compiler/emit/run.h"

namespace compiler::cli {

/// `cfgc validate`.
struct ValidateOptions {
  /// Each one of: host_vars/ or a file in it, group_vars/, an inventory (file or folder), a folder
  /// of River files (one configuration), a River file. Empty: ./inventory.
  std::vector<std::filesystem::path> paths;
  emit::CheckOptions check;
};
/// Checks what the paths name and changes nothing. Warnings count as findings.
emit::CommandResult run_validate(const ValidateOptions& options);

}  // namespace compiler::cli
