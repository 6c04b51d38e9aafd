#include "base/program.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace base {

namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return lseek(fd, 0, SEEK_SET) == 0;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[65536];
  lseek(fd, 0, SEEK_SET);
  for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(got));
  return text;
}

/// Stdin, stdout and stderr of a child.
struct Sides {
  std::array<int, 3> fds = {-1, -1, -1};

  Sides() {
    for (int& fd : fds) fd = memfd_create("program", MFD_CLOEXEC);
  }
  ~Sides() {
    for (const int fd : fds)
      if (fd >= 0) close(fd);
  }
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;
  bool usable() const { return fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0; }
};

}  // namespace

Result<ProgramOutput> run_program(std::vector<std::string> arguments, std::string_view input) {
  const Sides sides;
  if (!sides.usable() || !write_all(sides.fds[0], input)) return fail_errno("memfd", errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int side = 0; side < 3; ++side)
    posix_spawn_file_actions_adddup2(&actions, sides.fds[static_cast<size_t>(side)], side);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int problem = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return fail_errno(fmt::format("cannot start {}", arguments[0]), problem);
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) return fail("{} was ended by signal {}", arguments[0], WTERMSIG(status));
  return ProgramOutput{WEXITSTATUS(status), read_all(sides.fds[1]), read_all(sides.fds[2])};
}

}  // namespace base
