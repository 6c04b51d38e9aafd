#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace components::loki::source_file {

/// Whether a file beside `original` has a name that log rotation gives: the original's with digits
/// ("a.log.1", "a.log-20261128", "a.log.2026-11-28_15"), the same before the suffix
/// ("a-20261128.log"), or "a.log.old"; not "a1.log", which is a file beside it. Compressed files
/// are not meant: their content has another form.
bool is_rotated_name(std::string_view name, std::string_view original);

/// The paths that a file may have had before rotation, if its name is one that rotation gives.
std::vector<std::string> originals_of(const std::string& path);

/// A file that rotation may have made of another one. Its path may be given to a younger one at any
/// time: who opens it compares device and inode.
struct RotatedFile {
  std::string path;
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t born_ns = 0;  ///< since the Unix epoch
};

/// The regular files beside `path` that have a rotated name and were created at or after
/// `since_ns`, oldest first.
///
/// Decided by the time of birth (statx(2)), which renaming and writing do not change, so it tells
/// what was put under the path since. Modification and change times do not: rotation touches all of
/// its files. File systems that record no birth (NFS) give none, rather than files that were read.
std::vector<RotatedFile> rotated_since(const std::string& path, int64_t since_ns);

/// Path of the file with this device and inode in a folder: where a rotated file went. "" when
/// there is none. Files are not opened for this: the folder's entries say their inodes.
std::string find_by_inode(const std::string& folder, uint64_t device, uint64_t inode);

/// Now, by the clock that file systems take for times of birth: it moves in ticks, so it is never
/// ahead of a file that is created next. In ns since the Unix epoch.
int64_t file_clock_ns();

}  // namespace components::loki::source_file
