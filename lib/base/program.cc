#include "base/program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

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

Result<pid_t> spawn(std::vector<std::string>& arguments, const std::array<int, 3>& sides) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int side = 0; side < 3; ++side)
    posix_spawn_file_actions_adddup2(&actions, sides[static_cast<size_t>(side)], side);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int problem = posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) return fail_errno(fmt::format("cannot start {}", arguments[0]), problem);
  return child;
}

}  // namespace

Result<Child> Child::start(std::vector<std::string> arguments, std::string_view input) {
  Child child;
  for (int& side : child.sides_)
    if ((side = memfd_create("program", MFD_CLOEXEC)) < 0) return fail_errno("memfd", errno);
  if (!write_all(child.sides_[0], input)) return fail_errno("memfd", errno);
  const auto pid = spawn(arguments, child.sides_);
  if (!pid) return tl::unexpected(pid.error());
  child.name_ = arguments[0];
  child.pid_ = *pid;
  child.ended_fd_ = static_cast<int>(syscall(SYS_pidfd_open, *pid, 0));
  if (child.ended_fd_ < 0) return fail_errno("pidfd_open", errno);
  return child;
}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)),
      sides_(std::exchange(other.sides_, {-1, -1, -1})),
      ended_fd_(std::exchange(other.ended_fd_, -1)),
      pid_(std::exchange(other.pid_, 0)) {}

Child::~Child() {
  if (pid_ != 0) {
    kill();
    (void)wait();
  }
  for (const int fd : {sides_[0], sides_[1], sides_[2], ended_fd_})
    if (fd >= 0) close(fd);
}

void Child::kill() {
  if (pid_ != 0) ::kill(-pid_, SIGKILL);
}

Result<ProgramOutput> Child::wait() {
  int status = -1;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  if (!WIFEXITED(status)) return fail("{} was ended by signal {}", name_, WTERMSIG(status));
  return ProgramOutput{WEXITSTATUS(status), read_all(sides_[1]), read_all(sides_[2])};
}

Result<ProgramOutput> run_program(std::vector<std::string> arguments, std::string_view input) {
  auto child = Child::start(std::move(arguments), input);
  if (!child) return tl::unexpected(child.error());
  return child->wait();
}

}  // namespace base
