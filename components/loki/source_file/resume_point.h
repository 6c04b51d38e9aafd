#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace components::loki::source_file {

/// The beginning of a file's content, to tell whether it is still the file that was read: size and
/// CRC-32 of at most its first kBytesMax bytes, never of bytes that were not read yet.
struct Fingerprint {
  static constexpr size_t kBytesMax = 1024;
  /// With fewer bytes, two files that begin alike are common.
  static constexpr size_t kBytesTelling = 256;

  uint32_t size = 0;
  uint32_t crc = 0;
  bool operator==(const Fingerprint&) const = default;
};

/// Of the first min(size, kBytesMax) bytes of an open file; shorter when it has fewer.
Fingerprint fingerprint_of(int fd, uint64_t size);

/// Where reading goes on: the value that is stored for a file. As text:
/// "OFFSET DEVICE:INODE SIZE:CRC", numbers in decimal, the CRC in hex.
struct ResumePoint {
  uint64_t offset = 0;  ///< after the last delivered line, in bytes (decompressed ones)
  uint64_t device = 0;
  uint64_t inode = 0;
  Fingerprint beginning;

  std::string text() const;
  static std::optional<ResumePoint> parse(std::string_view text);
  bool operator==(const ResumePoint&) const = default;
};

/// Path of the file with this device and inode in a folder: where a rotated file went. "" when
/// there is none.
std::string find_by_inode(const std::string& folder, uint64_t device, uint64_t inode);

}  // namespace components::loki::source_file
