#include <grp.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "agent/doctor/checks.h"
#include "base/descriptor.h"
#include "base/files.h"
#include "io/journal.h"

namespace agent::doctor {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kFreeBytesLeast = uint64_t{16} << 20;
constexpr uint64_t kFreeBytesGood = uint64_t{256} << 20;
constexpr int64_t kWatchesGood = 8192;
/// What a UDP listener asks for; less loses bursts of datagrams.
constexpr int64_t kDatagramBytesGood = int64_t{1} << 20;

std::optional<int64_t> read_number(const fs::path& file) {
  const auto text = base::read_file(file, 4096);
  int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

std::string socket_path(const ServerNeed& docker) {
  constexpr std::string_view kUnix = "unix://";
  return docker.url.starts_with(kUnix) ? docker.url.substr(kUnix.size()) : "";
}

void expect_group(const Identity& identity, gid_t group, std::string_view what,
                  std::string_view help, Checks& checks) {
  if (identity.uid == 0)
    checks.push_back({"groups", State::ok, fmt::format("root needs no group for {}", what), ""});
  else if (identity.has_group(group))
    checks.push_back(
        {"groups", State::ok,
         fmt::format("{} has the group {}, for {}", identity.user, group_name(group), what), ""});
  else
    checks.push_back(
        {"groups", State::warn,
         fmt::format("{} lacks the group {}, for {}", identity.user, group_name(group), what),
         std::string(help)});
}

/// Writes a file and takes it away again; what went wrong, or empty.
std::string try_to_write(const fs::path& folder) {
  const fs::path file = folder / fmt::format(".doctor-{}", ::getpid());
  const auto written = base::write_file_atomic(file, std::string(4096, '\n'), 0600);
  std::error_code ignored;
  fs::remove(file, ignored);
  return written ? "" : written.error().message;
}

}  // namespace

void check_groups(const Needs& needs, const Identity& identity, Checks& checks) {
  const group* journal = ::getgrnam("systemd-journal");
  const bool system_journal =
      std::find(needs.journals.begin(), needs.journals.end(), "") != needs.journals.end();
  if (system_journal && journal != nullptr)
    expect_group(identity, journal->gr_gid, "the journal",
                 "the package's drop-in journal.conf grants it: is it installed?", checks);
  for (const ServerNeed& docker : needs.dockers) {
    struct stat found {};
    const std::string path = socket_path(docker);
    if (!path.empty() && ::stat(path.c_str(), &found) == 0)
      expect_group(
          identity, found.st_gid, path,
          "this group is equivalent to root; to grant it, install /usr/share/tributary/docker.conf "
          "as /etc/systemd/system/tributary.service.d/docker.conf",
          checks);
  }
}

void check_journals(const Needs& needs, Checks& checks) {
  for (const std::string& directory : needs.journals) {
    const std::string where = directory.empty() ? "this host's journal" : "journal " + directory;
    const auto journal = io::Journal::open(directory);
    if (!journal) {
      checks.push_back({"journal", State::fail,
                        fmt::format("{}: {}", where, journal.error().message),
                        "install libsystemd0, or look at the folder's mode"});
    } else if (const uint64_t bytes = (*journal)->readable_bytes(); bytes == 0) {
      checks.push_back({"journal", State::fail, fmt::format("{} cannot be read", where),
                        io::explain_unreadable_journal(directory)});
    } else {
      checks.push_back(
          {"journal", State::ok, fmt::format("{} can be read, {} MiB", where, bytes >> 20), ""});
    }
  }
}

void check_files(const Needs& needs, Checks& checks) {
  for (const FileNeed& file : needs.files) {
    const std::string what = fmt::format("{} ({})", file.path, file.component);
    std::error_code problem;
    if (!fs::is_regular_file(file.path, problem))
      checks.push_back({"files", State::fail,
                        fmt::format("{}: {}", what, problem ? problem.message() : "not a file"),
                        "put the file there before the agent needs it"});
    else if (::access(file.path.c_str(), R_OK) != 0)
      checks.push_back({"files", State::fail, fmt::format("{}: {}", what, std::strerror(errno)),
                        "let the agent's user read it"});
    else
      checks.push_back({"files", State::ok, what + " can be read", ""});
  }
}

void check_clock(Checks& checks, const fs::path& synchronized) {
  timex state{};
  const int answer = ::adjtimex(&state);
  std::error_code ignored;
  if (answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0)
    checks.push_back(
        {"clock", State::ok,
         fmt::format("the kernel's clock is synchronized, to {} ms", state.maxerror / 1000), ""});
  else if (fs::exists(synchronized, ignored))
    checks.push_back({"clock", State::ok, "systemd-timesyncd has set the clock", ""});
  else
    checks.push_back(
        {"clock", State::warn, "the clock is not known to be synchronized",
         "run chrony or systemd-timesyncd: backends refuse lines whose time is wrong"});
}

void check_disk(const fs::path& storage, Checks& checks) {
  std::error_code problem;
  if (!fs::is_directory(storage, problem)) {
    checks.push_back({"disk", State::warn, storage.string() + " does not exist yet",
                      "the unit or the agent creates it at the first start"});
    return;
  }
  struct statvfs disk {};
  if (::statvfs(storage.c_str(), &disk) == 0) {
    const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
    const State state = free < kFreeBytesLeast  ? State::fail
                        : free < kFreeBytesGood ? State::warn
                                                : State::ok;
    checks.push_back({"disk", state,
                      fmt::format("{} has {} MiB left", storage.string(), free >> 20),
                      state == State::ok ? ""
                                         : "free some space: when positions cannot be saved, lines "
                                           "are sent again after a restart"});
  }
  const std::string refused = try_to_write(storage);
  if (refused.empty())
    checks.push_back({"disk", State::ok, storage.string() + " can be written", ""});
  else
    checks.push_back(
        {"disk", State::fail, refused, "make the agent's user its owner, and free some space"});
}

void check_kernel(const Needs& needs, Checks& checks, const fs::path& sys) {
  utsname kernel{};
  ::uname(&kernel);
  checks.push_back({"kernel", State::ok, fmt::format("{} {}", kernel.sysname, kernel.release), ""});
  if (needs.watches_files) {
    const base::Descriptor watch(::inotify_init1(IN_CLOEXEC));
    const int code = errno;
    const auto watches = read_number(sys / "fs/inotify/max_user_watches");
    if (!watch)
      checks.push_back({"kernel", State::fail,
                        fmt::format("files cannot be watched: {}", std::strerror(code)),
                        "sysctl fs.inotify.max_user_instances=512"});
    else if (watches && *watches < kWatchesGood)
      checks.push_back({"kernel", State::warn,
                        fmt::format("a user may watch only {} files", *watches),
                        fmt::format("sysctl fs.inotify.max_user_watches={}", 8 * kWatchesGood)});
    else
      checks.push_back({"kernel", State::ok, "files can be watched", ""});
  }
  const bool datagrams = std::any_of(needs.listeners.begin(), needs.listeners.end(),
                                     [](const ListenNeed& need) { return need.protocol == "udp"; });
  if (!datagrams) return;
  const auto granted = read_number(sys / "net/core/rmem_max");
  if (!granted) return;
  if (*granted < kDatagramBytesGood)
    checks.push_back(
        {"kernel", State::warn,
         fmt::format("UDP listeners get a buffer of {} KiB: bursts are lost", *granted >> 10),
         "sysctl net.core.rmem_max=8388608"});
  else
    checks.push_back({"kernel", State::ok,
                      fmt::format("UDP listeners get a buffer of {} KiB", *granted >> 10), ""});
}

}  // namespace agent::doctor
