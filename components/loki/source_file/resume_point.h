#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace components::loki::source_file {

/// A part of a file's content, to tell whether it is still the file that was read: size and CRC-32
/// of at most its first kBytesMax bytes, or of the last kEndBytesMax that were read; never of bytes
/// that were not read yet.
struct Fingerprint {
  static constexpr size_t kBytesMax = 1024;
  static constexpr size_t kEndBytesMax = 256;
  /// With fewer bytes, two files that begin alike are common.
  static constexpr size_t kBytesTelling = 256;

  uint32_t size = 0;
  uint32_t crc = 0;
  bool operator==(const Fingerprint&) const = default;
};

/// Of these bytes.
Fingerprint fingerprint_of(std::string_view bytes);
/// Of the first min(size, kBytesMax) bytes of an open file; shorter when it has fewer.
Fingerprint fingerprint_of(int fd, uint64_t size);
/// Of the last bytes before this offset.
Fingerprint fingerprint_before(int fd, uint64_t offset);

/// The ends of some reads of a file, from its beginning on: by them a copy is known that ends
/// before what was read, when the file itself has been truncated.
class ReadMarks {
 public:
  void note(uint64_t offset, const Fingerprint& end);
  /// Nothing behind this offset was read.
  void cut(uint64_t offset);
  /// Whether the open file of this size has what was read, up to the last mark in it. False when no
  /// mark is in it that tells: many files begin alike.
  bool are_in(int fd, uint64_t size) const;

 private:
  static constexpr size_t kMax = 32;
  struct Mark {
    uint64_t offset = 0;
    Fingerprint end;
  };
  std::vector<Mark> marks_;
};

/// Where reading goes on: the value that is stored for a file. As text:
/// "OFFSET DEVICE:INODE SIZE:CRC TIME SIZE:CRC", numbers in decimal, the CRCs in hex. What earlier
/// versions stored ends before TIME, or behind it.
///
/// The end of what was read is needed beside the beginning: many files begin alike (a banner, the
/// head of a table).
struct ResumePoint {
  uint64_t offset = 0;  ///< after the last delivered line, in bytes (decompressed ones)
  uint64_t device = 0;
  uint64_t inode = 0;
  Fingerprint beginning;
  /// When this was the file under the path, in ns since the Unix epoch; 0: not known. Files that
  /// were put there afterwards have not been read.
  int64_t seen_ns = 0;
  Fingerprint end;  ///< of what was read

  std::string text() const;
  static std::optional<ResumePoint> parse(std::string_view text);
  bool operator==(const ResumePoint&) const = default;
};

/// Offsets by path as Promtail and the agents before this one store them: below "positions:", each
/// line a path and its offset, of which either may be in quotes. What is no offset of a file (the
/// cursor of a journal) is left out.
std::map<std::string, uint64_t, std::less<>> legacy_offsets(std::string_view text);

}  // namespace components::loki::source_file
