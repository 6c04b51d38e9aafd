#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// NUL bytes in files of text: no text, but holes and space that was reserved.
namespace components::loki::source_file {

/// Takes NUL bytes out of whole lines where a line begins: blocks that a power cut left unwritten,
/// the hole behind which a writer goes on whose file was truncated. NUL within a line stays.
/// Returns how many it took.
size_t remove_nul_before_lines(std::string& lines);

/// Where the text of a file ends whose writer reserved space behind it (fallocate(2), ftruncate(2)
/// upwards, a mapped region): what is not written yet reads as NUL bytes up to the end of the file.
/// Its writer goes on where the text ends, and may cut the rest off when it closes the file. One
/// thread.
class DataEnd {
 public:
  /// The size of the open file without the NUL bytes it ends with; at least `read_to`, before which
  /// nothing is looked at. Text that appears behind NUL bytes without a change of the size may be
  /// seen a second late. Costs the reading of one byte where nothing is reserved.
  uint64_t find(int fd, uint64_t read_to);

 private:
  /// Where the text ends that begins here: writers go on where it ended.
  static uint64_t end_from(int fd, uint64_t begin, uint64_t size);
  /// Goes through the parts that are not holes, each from its end: so it reads NUL bytes and little
  /// else.
  static uint64_t last_end(int fd, uint64_t begin, uint64_t size);

  std::optional<uint64_t> end_;  ///< found last; nothing: the file did not end with NUL then
  // Of the last look at all that is reserved.
  uint64_t size_ = 0;
  int64_t written_ns_ = 0;
  int64_t looked_ns_ = 0;  ///< of the clock of file systems: later writes may have the same time
  std::chrono::steady_clock::time_point looked_at_{};
};

}  // namespace components::loki::source_file
