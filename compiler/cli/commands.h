#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "compiler/ask/pool.h"
#include "compiler/emit/run.h"
#include "river/config/program.h"

/// The commands of cfgc; command_line.cc makes their options of arguments. Those of migrate are in
/// compiler/migrate/command.h.
namespace compiler::cli {

/// `cfgc fmt`.
struct FmtOptions {
  std::vector<std::string> files;  ///< "-" is standard input; empty: standard input
  bool write = false;              ///< rewrite files that are not canonical
  bool check = false;              ///< name the files that are not canonical
  bool diff = false;               ///< show what would change, as a unified diff
};

struct FmtResult {
  int exit_code = 0;  ///< 0 clean, 1 syntax errors or (check, diff) it would change, 2 usage or I/O
  std::string out;
  std::string err;
};

/// Formats River files. Without an option the canonical text goes to `out`. Of write, check and
/// diff one may be given; write needs files. A file with errors is not changed; the others are
/// formatted. `input` reads standard input and is called at most once.
FmtResult run_fmt(const FmtOptions& options, const std::function<std::string()>& input);

/// `cfgc validate`.
struct ValidateOptions {
  /// Each one of: host_vars/ or a file in it, group_vars/, an inventory (file or folder), a folder
  /// of River files (one configuration), a River file. Empty: ./inventory.
  std::vector<std::filesystem::path> paths;
  bool run_scripts = false;  ///< check.read.run_scripts, for the command line
  emit::CheckOptions check;
};
/// Checks what the paths name and changes nothing. Warnings count as findings.
emit::CommandResult run_validate(const ValidateOptions& options);

/// `cfgc compile`.
struct CompileCommand {
  std::filesystem::path inventory = "inventory";
  std::vector<std::filesystem::path> more_inventories;
  std::vector<std::string> hosts;  ///< empty: all
  std::filesystem::path out = "compiled";
  bool strict = false;  ///< warnings are as errors: exit code 1, and nothing is written
  emit::CheckOptions check;
};
/// Writes OUT/HOST/config.river and OUT/manifest.json; nothing when there are errors. Files whose
/// content stays the same are not written.
emit::CommandResult run_compile(const CompileCommand& command);

/// What every component and config block takes and gives, made from the signatures, so that it
/// cannot differ from what is checked. An array of objects {name, doc, stability, takes_label,
/// arguments, blocks, exports}; `path` names the enclosing blocks, as in "endpoint > basic_auth".
/// Ends with a newline.
std::string catalogue_json(river::config::Catalog catalog);

/// The same to read: one paragraph a component, one line an argument.
std::string catalogue_text(river::config::Catalog catalog);

/// A command as data, for what is made of the command line.
struct CommandPage {
  struct Option {
    std::vector<std::string> names;  ///< "-i", "--inventory"; the long one last
    std::string about;
    bool takes_value = false;
    std::vector<std::string> values;  ///< the only ones that it takes; empty: any
  };
  std::string name, about;
  std::vector<Option> options;  ///< without positional arguments
  std::vector<CommandPage> commands;
};

enum class Shell { bash, zsh, fish };
/// `cfgc completion`: the script by which a shell completes cfgc. completion.cc
std::string completion(const CommandPage& root, Shell shell);
/// `cfgc man`: cfgc(1) for man, with `examples` as they are.
std::string man_page(const CommandPage& root, std::string_view examples, std::string_view version);

/// `cfgc status`.
struct StatusOptions {
  inventory::InventoryOptions load;
  emit::CheckOptions check;
  ask::PoolOptions pool;
  std::chrono::seconds connect_timeout{10};
  bool json = false;  ///< else a table
};
/// Asks every host which configuration it runs and compares that with the one compiled now. Shows
/// progress and findings on stderr. Exit code: 0 every host runs it and is healthy; 1 one does not,
/// is not, or cannot be reached; 2 the inventory cannot be read.
emit::CommandResult run_status(const StatusOptions& options);

}  // namespace compiler::cli
