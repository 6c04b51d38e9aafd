#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/emit/run.h"

namespace compiler::cli {

/// `cfgc compile`.
struct CompileCommand {
  std::filesystem::path inventory = "inventory";
  std::vector<std::string> hosts;  ///< empty: all
  std::filesystem::path out = "compiled";
  bool strict = false;  ///< warnings give exit code 1
  emit::CheckOptions check;
};
/// Writes OUT/HOST/config.river and OUT/manifest.json; nothing when there are errors. Files whose
/// content stays the same are left alone.
emit::CommandResult run_compile(const CompileCommand& command);

}  // namespace compiler::cli
