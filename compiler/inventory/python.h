#pragma once
#include <chrono>
#include <string>

#include "base/result.h"

/// Programs of cfgc that run in Python, because what they use is Python: Jinja2, Ansible.
namespace compiler::inventory {

/// The Python that Ansible runs in: the interpreter that `ansible-inventory`, found by PATH, names
/// in its first line. Empty when it is not installed.
std::string ansible_python();

struct PythonProgram {
  std::string interpreter;
  const char* text = nullptr;
  std::chrono::seconds time_max{60};
};

/// Exit code of programs that do not find ansible-core where they run.
inline constexpr int kNoAnsible = 3;

/// Runs a program with a request on its stdin and answers its stdout. It does not see the current
/// folder's modules. An error for another exit code than 0 (with what the program wrote to stderr)
/// and when time_max is over; the program is killed then. `exit_code` gets its exit code.
base::Result<std::string> run_python(const PythonProgram& program, const std::string& request,
                                     int* exit_code = nullptr);

}  // namespace compiler::inventory
