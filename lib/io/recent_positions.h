#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"

namespace io {

/// What changed in a positions file since it was saved, in files beside it that are written without
/// waiting for the disk. So kill -9 costs milliseconds of positions; a power cut may cost all of
/// them, and then the positions file is as old as its last save. Best effort: what cannot be
/// written is not there.
///
/// FILE.recent.N is text:
///
///     after <CRC-32 of the positions file that it goes on from, 8 hex digits>
///     <key><TAB><value><TAB><CRC-32 of the line before it>
///     <key><TAB><CRC-32>                                       erased
///
/// with keys and values escaped as in the positions file. A save begins the next file before it
/// takes what it writes, and removes the older ones when it has succeeded; so a positions file, new
/// or old, is brought up to date by the file that goes on from it and those with the next numbers.
/// Files of another positions file (an earlier version of the agent ran meanwhile) are ignored.
///
/// Not thread safe.
class RecentPositions {
 public:
  using Entries = std::map<std::string, std::string, std::less<>>;
  struct Change {
    std::string key;
    std::optional<std::string> value;  ///< nothing: erased
  };

  /// Of this positions file.
  explicit RecentPositions(std::filesystem::path file);

  /// Brings the entries of a positions file with this CRC up to date. Returns the number of
  /// changes.
  size_t load(uint32_t crc, Entries& entries) const;
  /// Changes from now on are those of the positions file with this CRC, which is in place. Without
  /// a positions file the CRC is 0, that of no bytes.
  void go_on_from(uint32_t crc);
  /// The same of one that is about to take the place of the positions file. Until it does, a file
  /// that goes on from the present one leads to those that come, if only as an empty link.
  void begin(uint32_t crc);
  void append(const std::vector<Change>& changes);
  /// The positions file of the last begin() is in place.
  void remove_older();

 private:
  /// So much between two saves; what is more is not written.
  static constexpr size_t kBytesMax = size_t{4} << 20;
  static constexpr size_t kFilesMax = 16;

  std::filesystem::path path(uint64_t number) const;
  void open();

  const std::filesystem::path file_;
  std::vector<uint64_t> older_;  ///< those that exist, in order
  uint64_t number_ = 0;
  uint32_t crc_ = 0;
  base::Descriptor fd_;  ///< from the first change on
  size_t bytes_ = 0;
  bool is_off_ = false;  ///< until the next begin()
};

}  // namespace io
