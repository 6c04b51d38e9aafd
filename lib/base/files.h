#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

/// The whole file. At most `bytes_max`; a larger one is an error, not a truncation.
Result<std::string> read_file(const std::filesystem::path& path,
                              size_t bytes_max = size_t{256} << 20);

/// The text of a file, with the name under which messages speak of it.
struct NamedText {
  std::string name;
  std::string text;
};

/// A River configuration from disk: one file, or all *.river and *.alloy files directly in a
/// folder, sorted by name. A folder without such a file is an error.
Result<std::vector<NamedText>> read_config(const std::filesystem::path& path);

/// Replaces a file so that a crash at any moment leaves the old or the new content, never a mix:
/// temporary file in the same folder, fsync, rename, fsync of the folder.
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content,
                               mode_t mode = 0644);

}  // namespace base
