#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "river/config/program.h"
#include "river/diag/render.h"

/// The logic of cfgc's subcommands about the fleet; the command line is read in cfgc/main.cc.
namespace compiler {

/// What a command says and how it ends: 0 clean, 1 findings, 2 usage or I/O.
struct CommandResult {
  int exit_code = 0;
  std::string out;  ///< findings
  std::string err;  ///< summary, and files that could not be read or written
};

struct CheckOptions {
  std::filesystem::path playbook_dir;  ///< empty: deduced from the inventory's place
  river::diag::OutputFormat format = river::diag::OutputFormat::text;
  river::schema::Stability stability = river::schema::Stability::generally_available;
  river::config::Catalog catalog;
};

struct ValidateOptions {
  /// Each one of: host_vars/ or a file in it, group_vars/, an inventory (file or folder), a folder
  /// of River files (one configuration), a River file. Empty: ./inventory.
  std::vector<std::filesystem::path> paths;
  CheckOptions check;
};
/// Every finding counts, warnings too: what nobody has to mend, nobody sees.
CommandResult run_validate(const ValidateOptions& options);

struct CompileCommand {
  std::filesystem::path inventory = "inventory";
  std::vector<std::string> hosts;  ///< empty: all
  std::filesystem::path out = "compiled";
  bool strict = false;  ///< warnings give exit code 1, too
  CheckOptions check;
};
/// Writes OUT/HOST/config.river and OUT/manifest.json; nothing when there are errors. Files whose
/// content stays the same are left alone.
CommandResult run_compile(const CompileCommand& command);

}  // namespace compiler
