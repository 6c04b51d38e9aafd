#pragma once
#include <sys/types.h>

#include <array>
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

/// A program that runs beside this one. Memory files stand on all three of its sides, so that
/// nothing blocks and nothing need be read while it runs. Killed and waited for when it goes out of
/// scope.
class Child {
 public:
  /// Starts a program found by PATH, in a process group of its own.
  static Result<Child> start(std::vector<std::string> arguments, std::string_view input = {});
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  /// For poll(2): readable once the program has ended.
  int ended_fd() const { return ended_fd_; }
  /// Ends it with all that it has started.
  void kill();
  /// Waits for its end. An error when it died of a signal. To be called once.
  Result<ProgramOutput> wait();

 private:
  Child() = default;

  std::string name_;
  std::array<int, 3> sides_ = {-1, -1, -1};  ///< stdin, stdout, stderr
  int ended_fd_ = -1;
  pid_t pid_ = 0;  ///< 0: waited for
};

/// Runs a program found by PATH to its end, with `input` as its stdin. An error when it cannot be
/// started or dies of a signal.
Result<ProgramOutput> run_program(std::vector<std::string> arguments, std::string_view input = {});

}  // namespace base
