#pragma once
#include "compiler/command.h"
#include "compiler/compile.h"

/// What validate and compile have in common.
namespace compiler {

/// Findings of a run with all that is needed to print them.
struct Run {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::vector<base::Error> io_errors;
  size_t hosts = 0;
  size_t configs = 0;  ///< River configurations that were checked as they are
};

/// Loads an inventory; an unknown host of only_hosts is an I/O error with a suggestion.
Inventory open_inventory(const InventoryOptions& options, Run& run);

/// Loads, selects hosts and compiles. An unknown host is an I/O error with a suggestion.
std::vector<CompiledHost> compile_inventory(const InventoryOptions& options, bool partial,
                                            const std::vector<std::filesystem::path>& host_files,
                                            const CheckOptions& check, Run& run);

/// Findings rendered, the summary line, the exit code; `strict` counts warnings, too.
CommandResult finish(Run& run, const CheckOptions& check, bool strict);

/// Writes the files of a fleet below `out`, with a manifest of their SHA-256. `whole` says that
/// the hosts are all there are: else other hosts' lines of the manifest stay.
base::Result<void> write_fleet(const std::filesystem::path& out,
                               const std::vector<CompiledHost>& hosts, bool whole);

}  // namespace compiler
