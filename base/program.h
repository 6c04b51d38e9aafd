#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

/// How a program ended and what it said.
struct ProgramOutput {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Runs a program found by PATH to its end, with `input` as its stdin. Memory files stand on all
/// three sides, so that none can block. An error when it cannot be started or dies of a signal.
Result<ProgramOutput> run_program(std::vector<std::string> arguments, std::string_view input = {});

}  // namespace base
