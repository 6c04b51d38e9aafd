#include "io/journal.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>

namespace io {

/// The functions of libsystemd that are used, by the types of its own header.
struct Journal::Library {
  decltype(&sd_journal_open) open = nullptr;
  decltype(&sd_journal_open_directory) open_directory = nullptr;
  decltype(&sd_journal_close) close = nullptr;
  decltype(&sd_journal_set_data_threshold) set_data_threshold = nullptr;
  decltype(&sd_journal_add_match) add_match = nullptr;
  decltype(&sd_journal_seek_head) seek_head = nullptr;
  decltype(&sd_journal_seek_realtime_usec) seek_realtime_usec = nullptr;
  decltype(&sd_journal_seek_cursor) seek_cursor = nullptr;
  decltype(&sd_journal_next) next = nullptr;
  decltype(&sd_journal_test_cursor) test_cursor = nullptr;
  decltype(&sd_journal_get_cursor) get_cursor = nullptr;
  decltype(&sd_journal_get_realtime_usec) get_realtime_usec = nullptr;
  decltype(&sd_journal_restart_data) restart_data = nullptr;
  decltype(&sd_journal_enumerate_available_data) enumerate_available_data = nullptr;
  decltype(&sd_journal_get_fd) get_fd = nullptr;
  decltype(&sd_journal_get_events) get_events = nullptr;
  decltype(&sd_journal_get_timeout) get_timeout = nullptr;
  decltype(&sd_journal_process) process = nullptr;
  decltype(&sd_journal_get_usage) get_usage = nullptr;

  /// The name of the first function that is not there, or nullptr.
  const char* load(void* handle);
};

const char* Journal::Library::load(void* handle) {
  const char* missing = nullptr;
  const auto take = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    if (function == nullptr && missing == nullptr) missing = name;
  };
  take(open, "sd_journal_open");
  take(open_directory, "sd_journal_open_directory");
  take(close, "sd_journal_close");
  take(set_data_threshold, "sd_journal_set_data_threshold");
  take(add_match, "sd_journal_add_match");
  take(seek_head, "sd_journal_seek_head");
  take(seek_realtime_usec, "sd_journal_seek_realtime_usec");
  take(seek_cursor, "sd_journal_seek_cursor");
  take(next, "sd_journal_next");
  take(test_cursor, "sd_journal_test_cursor");
  take(get_cursor, "sd_journal_get_cursor");
  take(get_realtime_usec, "sd_journal_get_realtime_usec");
  take(restart_data, "sd_journal_restart_data");
  take(enumerate_available_data, "sd_journal_enumerate_available_data");
  take(get_fd, "sd_journal_get_fd");
  take(get_events, "sd_journal_get_events");
  take(get_timeout, "sd_journal_get_timeout");
  take(process, "sd_journal_process");
  take(get_usage, "sd_journal_get_usage");
  return missing;
}

base::Result<const Journal::Library*> Journal::library() {
  static const base::Result<Library> loaded = []() -> base::Result<Library> {
    void* handle = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
      return base::fail("the journal cannot be read without libsystemd.so.0 ({})", dlerror());
    Library functions;
    if (const char* missing = functions.load(handle))
      return base::fail("libsystemd.so.0 is too old: it has no {}", missing);
    return functions;
  }();
  if (!loaded) return tl::unexpected(loaded.error());
  return &*loaded;
}

base::Result<std::unique_ptr<Journal>> Journal::open(const std::string& directory) {
  const auto functions = library();
  if (!functions) return tl::unexpected(functions.error());
  const Library& lib = **functions;
  sd_journal* handle = nullptr;
  const int opened = directory.empty() ? lib.open(&handle, SD_JOURNAL_LOCAL_ONLY)
                                       : lib.open_directory(&handle, directory.c_str(), 0);
  if (opened < 0)
    return base::fail_errno(directory.empty() ? "journal" : "journal in " + directory, -opened);
  std::unique_ptr<Journal> journal(new Journal(lib, handle));
  lib.set_data_threshold(handle, kFieldBytesMax);
  // Asked for now, so that no change between opening and the first wait goes unseen.
  if (const int fd = lib.get_fd(handle); fd < 0) return base::fail_errno("journal: watch", -fd);
  return journal;
}

Journal::~Journal() {
  library_.close(handle_);
}

base::Result<void> Journal::add_match(std::string_view field_equals_value) {
  const int r = library_.add_match(handle_, field_equals_value.data(), field_equals_value.size());
  if (r < 0) return base::fail_errno(fmt::format("match {}", field_equals_value), -r);
  return {};
}

base::Result<void> Journal::seek_head() {
  const int r = library_.seek_head(handle_);
  if (r < 0) return base::fail_errno("seek to the oldest entry", -r);
  return {};
}

base::Result<void> Journal::seek_realtime(uint64_t microseconds) {
  const int r = library_.seek_realtime_usec(handle_, microseconds);
  if (r < 0) return base::fail_errno("seek to a time", -r);
  return {};
}

base::Result<void> Journal::seek_cursor(const std::string& cursor) {
  const int r = library_.seek_cursor(handle_, cursor.c_str());
  if (r < 0) return base::fail_errno(fmt::format("seek to cursor {}", cursor), -r);
  return {};
}

base::Result<bool> Journal::next() {
  const int r = library_.next(handle_);
  if (r < 0) return base::fail_errno("read the next entry", -r);
  return r > 0;
}

bool Journal::is_at(const std::string& cursor) {
  return library_.test_cursor(handle_, cursor.c_str()) > 0;
}

base::Result<uint64_t> Journal::realtime_us() {
  uint64_t microseconds = 0;
  const int r = library_.get_realtime_usec(handle_, &microseconds);
  if (r < 0) return base::fail_errno("read an entry's time", -r);
  return microseconds;
}

base::Result<void> Journal::cursor(std::string& text) {
  char* allocated = nullptr;
  const int r = library_.get_cursor(handle_, &allocated);
  if (r < 0) return base::fail_errno("read an entry's cursor", -r);
  text.assign(allocated);
  std::free(allocated);
  return {};
}

void Journal::rewind_fields() {
  library_.restart_data(handle_);
}

base::Result<bool> Journal::next_field(JournalField& field) {
  const void* data = nullptr;
  size_t size = 0;
  const int r = library_.enumerate_available_data(handle_, &data, &size);
  if (r < 0) return base::fail_errno("read an entry's fields", -r);
  if (r == 0) return false;
  const std::string_view text(static_cast<const char*>(data), size);
  const size_t equals = std::min(text.find('='), text.size());
  field.name = text.substr(0, equals);
  field.value = text.substr(std::min(equals + 1, text.size()));
  return true;
}

namespace {

/// libsystemd gives a deadline on the monotonic clock, needed where inotify is not reliable.
int poll_timeout_ms(uint64_t deadline_us, std::chrono::milliseconds limit) {
  const int limit_ms = limit.count() < 0 ? -1 : static_cast<int>(limit.count());
  if (deadline_us == UINT64_MAX) return limit_ms;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const uint64_t now_us =
      static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
  if (deadline_us <= now_us) return 0;
  const auto until_deadline_ms =
      static_cast<int>(std::min<uint64_t>((deadline_us - now_us + 999) / 1000, INT_MAX));
  return limit_ms < 0 ? until_deadline_ms : std::min(limit_ms, until_deadline_ms);
}

}  // namespace

base::Result<void> Journal::wait(int stop_fd, std::chrono::milliseconds limit) {
  uint64_t deadline_us = UINT64_MAX;
  library_.get_timeout(handle_, &deadline_us);
  pollfd watched[] = {
      {library_.get_fd(handle_), static_cast<short>(library_.get_events(handle_)), 0},
      {stop_fd, POLLIN, 0}};
  if (poll(watched, 2, poll_timeout_ms(deadline_us, limit)) < 0 && errno != EINTR)
    return base::fail_errno("wait for the journal", errno);
  const int r = library_.process(handle_);
  if (r < 0) return base::fail_errno("notice changes of the journal", -r);
  return {};
}

uint64_t Journal::readable_bytes() {
  uint64_t bytes = 0;
  return library_.get_usage(handle_, &bytes) < 0 ? 0 : bytes;
}

std::vector<JournalFolder> journal_folders(const std::string& directory) {
  std::vector<std::string> paths = {directory};
  if (directory.empty()) paths = {"/var/log/journal", "/run/log/journal"};
  std::vector<JournalFolder> folders;
  for (const std::string& path : paths) {
    struct stat status {};
    folders.emplace_back();
    if (::stat(path.c_str(), &status) == 0) folders.back() = {status.st_dev, status.st_ino};
  }
  return folders;
}

std::string explain_unreadable_journal(const std::string& directory) {
  std::vector<std::filesystem::path> roots = {directory};
  if (directory.empty()) roots = {"/var/log/journal", "/run/log/journal"};
  size_t files = 0;
  size_t closed = 0;
  for (const auto& root : roots) {
    std::error_code error, ignored;
    if (std::filesystem::exists(root, ignored) && access(root.c_str(), R_OK | X_OK) != 0) ++closed;
    std::filesystem::recursive_directory_iterator walk(
        root, std::filesystem::directory_options::skip_permission_denied, error);
    for (; !error && walk != std::filesystem::recursive_directory_iterator();
         walk.increment(error)) {
      // MACHINE.NAMESPACE: a journal of its own, which only its path opens.
      if (directory.empty() && walk->is_directory(ignored) && walk->path().has_extension()) {
        walk.disable_recursion_pending();
        continue;
      }
      if (walk->path().extension() != ".journal") continue;
      ++files;
      if (access(walk->path().c_str(), R_OK) != 0) ++closed;
    }
  }
  const std::string where = directory.empty() ? "/var/log/journal and /run/log/journal" : directory;
  if (closed > 0)
    return fmt::format(
        "no journal file in {} may be read: add the agent's user to the group systemd-journal",
        where);
  if (files > 0) return fmt::format("none of the {} journal files in {} can be read", files, where);
  return fmt::format("no journal file in {}", where);
}

}  // namespace io
