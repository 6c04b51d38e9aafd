#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"

namespace base {

/// The whole file. At most `bytes_max`; a larger one is an error, not a truncation.
Result<std::string> read_file(const std::filesystem::path& path,
                              size_t bytes_max = size_t{256} << 20);

/// As read_file(), but fails at once for what is not a regular file: a pipe could block for ever.
/// For files that nobody has named on a command line.
Result<std::string> read_regular_file(const std::filesystem::path& path,
                                      size_t bytes_max = size_t{256} << 20);

/// What lies directly in a folder, sorted by name. `problem` says why the list may be incomplete.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder,
                                               std::error_code& problem);

/// The text of a file, with the name under which messages speak of it.
struct NamedText {
  std::string name;
  std::string text;
};

/// A River configuration from disk: one file, or all *.river and *.alloy files directly in a
/// folder, sorted by name. A folder without such a file is an error.
Result<std::vector<NamedText>> read_config(const std::filesystem::path& path);

/// Replaces a file so that a crash at any moment leaves the old or the new content, never a mix:
/// temporary file in the same folder, fsync, rename, fsync of the folder. Mode and owner are those
/// of the file that is replaced, as far as this process may set them; a new file gets `mode` less
/// the umask. A symbolic link is replaced, not followed. Of several writers the last one wins, with
/// its whole content.
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content,
                               mode_t mode = 0644);

/// The steps of write_file_atomic() one by one, for those who replace several files at once: when
/// each step is done for all of them, the file system commits them together.
class StagedFile {
 public:
  /// Writes the content to a temporary file beside `path`.
  static Result<StagedFile> write(std::filesystem::path path, std::string_view content,
                                  mode_t mode);
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;
  /// Removes the temporary file unless it has replaced its target.
  ~StagedFile();

  /// Waits until the content is on the disk.
  Result<void> sync();
  /// Puts it in the target's place. The folder is left to sync_folder().
  Result<void> replace();

 private:
  StagedFile() = default;

  std::filesystem::path path_;
  std::string temporary_;
  Descriptor fd_;
};

/// Waits until the names in a folder are on the disk.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace base
