#include "base/program.h"

#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

extern char** environ;

namespace base {

namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return lseek(fd, 0, SEEK_SET) == 0;
}

Result<std::string> read_all(int fd) {
  std::string text;
  char buffer[65536];
  if (lseek(fd, 0, SEEK_SET) < 0) return fail_errno("cannot read its output", errno);
  for (;;) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read its output", errno);
    text.append(buffer, static_cast<size_t>(got));
  }
}

/// Children that run, for a signal that ends this process: each is in a process group of its own,
/// which Ctrl-C in the terminal does not reach.
constexpr size_t kRunningMax = 1024;
std::atomic<pid_t> running[kRunningMax];
static_assert(std::atomic<pid_t>::is_always_lock_free);  // Read in a signal handler.

void note_running(pid_t child, bool runs) {
  for (auto& slot : running) {
    pid_t expected = runs ? 0 : child;
    if (slot.compare_exchange_strong(expected, runs ? child : 0)) return;
  }
}

void end_children(int signal) {
  for (const auto& slot : running)
    if (const pid_t child = slot.load(); child > 0) ::kill(-child, SIGKILL);
  ::raise(signal);  // SA_RESETHAND: the default now, once this handler has returned.
}

/// Where nobody else handles the signals of a terminal.
void end_children_with_us() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = end_children;
    action.sa_flags = SA_RESETHAND;
    ::sigaction(signal, &action, nullptr);
  }
}

Result<pid_t> spawn(std::vector<std::string>& arguments, const std::array<Descriptor, 3>& sides) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int side = 0; side < 3; ++side)
    posix_spawn_file_actions_adddup2(&actions, sides[static_cast<size_t>(side)].get(), side);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  sigset_t none;  // Signals that this process takes by a descriptor are blocked in it.
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
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
  for (Descriptor& side : child.sides_) {
    side.reset(memfd_create("program", MFD_CLOEXEC));
    if (!side) return fail_errno("memfd", errno);
  }
  if (!write_all(child.sides_[0].get(), input)) return fail_errno("memfd", errno);
  end_children_with_us();
  const auto pid = spawn(arguments, child.sides_);
  if (!pid) return tl::unexpected(pid.error());
  note_running(*pid, true);
  child.name_ = arguments[0];
  child.pid_ = *pid;
  child.ended_fd_.reset(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  if (!child.ended_fd_) return fail_errno("pidfd_open", errno);
  return child;
}

Child::Child(Child&& other) noexcept
    : name_(std::move(other.name_)),
      sides_(std::move(other.sides_)),
      ended_fd_(std::move(other.ended_fd_)),
      pid_(std::exchange(other.pid_, 0)) {}

Child::~Child() {
  if (pid_ != 0) {
    kill();
    (void)wait();
  }
}

void Child::kill() {
  if (pid_ != 0) ::kill(-pid_, SIGKILL);
}

Result<ProgramOutput> Child::wait() {
  int status = -1;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  note_running(std::exchange(pid_, 0), false);
  if (!WIFEXITED(status)) return fail("{} was ended by signal {}", name_, WTERMSIG(status));
  auto out = read_all(sides_[1].get()), err = read_all(sides_[2].get());
  if (!out || !err) return in_context(name_, out ? err.error() : out.error());
  return ProgramOutput{WEXITSTATUS(status), std::move(*out), std::move(*err)};
}

Result<ProgramOutput> run_program(std::vector<std::string> arguments, std::string_view input) {
  auto child = Child::start(std::move(arguments), input);
  if (!child) return tl::unexpected(child.error());
  return child->wait();
}

}  // namespace base
