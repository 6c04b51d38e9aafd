#pragma once
#include <string>

#include "compiler/ask/pool.h"
#include "compiler/emit/run.h"

namespace compiler::cli {

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
