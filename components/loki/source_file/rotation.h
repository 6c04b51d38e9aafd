#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "components/loki/source_file/file_reader.h"

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
/// The same of compressed files: a rotated name and ".gz" or ".bz2" behind it.
std::vector<RotatedFile> archives_since(const std::string& path, int64_t since_ns);

/// Path of the file with this device and inode in a folder or in one of its folders ("olddir" of
/// logrotate): where a rotated file went. "" when there is none. Files are not opened for this: the
/// folders' entries say their inodes.
std::string find_by_inode(const std::string& folder, uint64_t device, uint64_t inode);

/// Now, by the clock that file systems take for times of birth: it moves in ticks, so it is never
/// ahead of a file that is created next. A file that was created in the last ticks may be ahead of
/// it: since Linux 6.13 some stamps are finer. In ns since the Unix epoch.
int64_t file_clock_ns();

/// What is left of a file that was rotated away and compressed before it was read to its end, while
/// the agent did not run: the archive beside `path` with a rotated name, put there since, whose
/// content has what was read up to `point`. Behind it the archives that were put there after it:
/// none of them was read. Empty when there is no such archive, or its content is not told apart
/// from others.
///
/// Each is unpacked into a file without a name in `folder`, from the point on, and is at its place
/// to be read. What does not fit (kUnpackedBytesMax of all, or a full disk) is cut off and said in
/// `trouble`.
std::vector<FileReader> unpack_rest(const std::string& path, const ResumePoint& point,
                                    const Encoding& encoding, const std::string& folder,
                                    std::string& trouble);
inline constexpr uint64_t kUnpackedBytesMax = uint64_t{1} << 30;

}  // namespace components::loki::source_file
