#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/program.h"

namespace compiler::ask {

struct PoolOptions {
  size_t jobs = 100;                 ///< programs at once; at least 1
  std::chrono::seconds timeout{30};  ///< of each program
};

/// Runs every command to its end, some at once, and calls `on_end` with its index as each ends: an
/// error when it could not be started, died of a signal or took longer than the timeout and was
/// killed. All on the calling thread.
void run_all(const std::vector<std::vector<std::string>>& commands, const PoolOptions& options,
             const std::function<void(size_t index, base::Result<base::ProgramOutput>)>& on_end);

}  // namespace compiler::ask
