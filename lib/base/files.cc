#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace base {
namespace {

/// A file descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

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

Result<std::string> read_file(const std::filesystem::path& path, size_t bytes_max) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail_errno(fmt::format("cannot read {}", path.string()), errno);
  std::string content;
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode))
    content.reserve(static_cast<size_t>(status.st_size) + 1);
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

Result<std::vector<NamedText>> read_config(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files{path};
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    files.clear();
    auto entries = std::filesystem::directory_iterator(path, code);
    if (code) return fail("cannot read {}: {}", path.string(), code.message());
    for (const auto& entry : entries)
      if (const auto extension = entry.path().extension();
          extension == ".river" || extension == ".alloy")
        files.push_back(entry.path());
    if (files.empty()) return fail("no *.river or *.alloy file in {}", path.string());
    std::sort(files.begin(), files.end());
  }
  std::vector<NamedText> texts;
  for (const auto& file : files) {
    auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    texts.push_back({file.string(), std::move(*text)});
  }
  return texts;
}

Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content,
                               mode_t mode) {
  const std::string temporary = path.string() + ".new";
  {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (fd.get() < 0) return fail_errno(fmt::format("cannot create {}", temporary), errno);
    if (auto written = write_all(fd.get(), content, temporary); !written) return written;
    if (::fsync(fd.get()) != 0) return fail_errno(fmt::format("cannot sync {}", temporary), errno);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return fail_errno(fmt::format("cannot rename {} to {}", temporary, path.string()), errno);
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0)
    return fail_errno(fmt::format("cannot sync {}", folder.string()), errno);
  return {};
}

}  // namespace base
