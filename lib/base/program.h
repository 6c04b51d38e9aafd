#pragma once
#include <sys/types.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace base {

/// How a program ended and what it said.
struct ProgramOutput {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// A program that runs beside this one. Its stdin, stdout and stderr are memory files, so that
/// nothing blocks and nothing need be read while it runs. Killed and waited for when it goes out of
/// scope, and when SIGINT, SIGTERM, SIGHUP or SIGQUIT ends this process (unless the process handles
/// them itself).
class Child {
 public:
  /// Starts a program found by PATH, in a process group of its own.
  static Result<Child> start(std::vector<std::string> arguments, std::string_view input = {});
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  /// For poll(2): readable once the program has ended.
  int ended_fd() const { return ended_fd_.get(); }
  /// Its process id, 0 once it was waited for.
  pid_t pid() const { return pid_; }
  /// Ends it with all that it has started.
  void kill();
  /// Waits for its end. An error when it died of a signal. To be called once.
  Result<ProgramOutput> wait();

 private:
  Child() = default;

  std::string name_;
  std::array<Descriptor, 3> sides_;  ///< stdin, stdout, stderr: memory files
  Descriptor ended_fd_;
  pid_t pid_ = 0;  ///< 0: waited for
};

/// Runs a program found by PATH to its end, with `input` as its stdin. An error when it cannot be
/// started or dies of a signal.
Result<ProgramOutput> run_program(std::vector<std::string> arguments, std::string_view input = {});

}  // namespace base
