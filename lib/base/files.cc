#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace base {
namespace {

/// Names for a temporary file that are tried: others are left by processes that were killed.
constexpr int kNamesMax = 100;

Result<void> write_all(int fd, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(fmt::format("cannot write {}", name), errno);
    content.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace

namespace {

Result<std::string> read_all(const std::filesystem::path& path, size_t bytes_max, bool is_regular) {
  // A FIFO would hold up open() until somebody writes to it.
  const Descriptor fd(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (is_regular ? O_NONBLOCK | O_NOCTTY : 0)));
  if (!fd) return fail_errno(fmt::format("cannot read {}", path.string()), errno);
  std::string content;
  struct stat status {};
  const bool is_known = ::fstat(fd.get(), &status) == 0;
  if (is_regular && is_known && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
    return fail("cannot read {}: not a regular file", path.string());
  if (is_known && S_ISREG(status.st_mode)) content.reserve(static_cast<size_t>(status.st_size) + 1);
  char buffer[1 << 16];
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(fmt::format("cannot read {}", path.string()), errno);
    if (n == 0) return content;
    content.append(buffer, static_cast<size_t>(n));
    if (content.size() > bytes_max)
      return fail("cannot read {}: larger than {} bytes", path.string(), bytes_max);
  }
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, size_t bytes_max) {
  return read_all(path, bytes_max, /*is_regular=*/false);
}

Result<std::string> read_regular_file(const std::filesystem::path& path, size_t bytes_max) {
  return read_all(path, bytes_max, /*is_regular=*/true);
}

std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder,
                                               std::error_code& problem) {
  std::vector<std::filesystem::path> entries;
  std::filesystem::directory_iterator it(folder, problem);
  for (; !problem && it != std::filesystem::directory_iterator(); it.increment(problem))
    entries.push_back(it->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

Result<std::vector<NamedText>> read_config(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files{path};
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    files = list_folder(path, code);
    if (code) return fail("cannot read {}: {}", path.string(), code.message());
    std::erase_if(files, [](const std::filesystem::path& file) {
      return file.extension() != ".river" && file.extension() != ".alloy";
    });
    if (files.empty()) return fail("no *.river or *.alloy file in {}", path.string());
  }
  std::vector<NamedText> texts;
  for (const auto& file : files) {
    auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    texts.push_back({file.string(), std::move(*text)});
  }
  return texts;
}

Result<StagedFile> StagedFile::write(std::filesystem::path path, std::string_view content,
                                     mode_t mode) {
  static std::atomic<unsigned> next{static_cast<unsigned>(::getpid()) << 12};
  StagedFile staged;
  staged.path_ = std::move(path);
  for (int tries = 0; tries < kNamesMax && !staged.fd_; ++tries) {
    staged.temporary_ = fmt::format("{}.{:x}.new", staged.path_.string(), next++);
    staged.fd_.reset(::open(staged.temporary_.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!staged.fd_ && errno != EEXIST) break;
  }
  if (!staged.fd_) {
    const int code = errno;
    const std::string name = std::exchange(staged.temporary_, {});
    return fail_errno(fmt::format("cannot create {}", name), code);
  }
  struct stat old {};
  if (::lstat(staged.path_.c_str(), &old) == 0 && S_ISREG(old.st_mode)) {
    // Owner first: a change of it takes set-user-ID bits away. Who may not keeps its own.
    [[maybe_unused]] const int chowned = ::fchown(staged.fd_.get(), old.st_uid, old.st_gid);
    if (::fchmod(staged.fd_.get(), old.st_mode & 07777) != 0)
      return fail_errno(fmt::format("cannot set the mode of {}", staged.temporary_), errno);
  }
  auto written = write_all(staged.fd_.get(), content, staged.temporary_);
  if (!written) return tl::unexpected(written.error());
  ::sync_file_range(staged.fd_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);  // Begins; sync() waits.
  return staged;
}

StagedFile::StagedFile(StagedFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::move(other.fd_)) {}

StagedFile::~StagedFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> StagedFile::sync() {
  if (::fsync(fd_.get()) != 0) return fail_errno(fmt::format("cannot sync {}", temporary_), errno);
  return {};
}

Result<void> StagedFile::replace() {
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return fail_errno(fmt::format("cannot rename {} to {}", temporary_, path_.string()), errno);
  temporary_.clear();
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0)
    return fail_errno(fmt::format("cannot sync {}", folder.string()), errno);
  return {};
}

Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content,
                               mode_t mode) {
  auto staged = StagedFile::write(path, content, mode);
  if (!staged) return tl::unexpected(staged.error());
  if (auto synced = staged->sync(); !synced) return synced;
  if (auto replaced = staged->replace(); !replaced) return replaced;
  return sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace base
