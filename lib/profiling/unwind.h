#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace profiling::elf {
class UnwindTable;
}

namespace profiling {

/// The registers of x86-64 that unwinding needs.
struct Registers {
  uint64_t pc = 0;
  uint64_t stack_pointer = 0;
  uint64_t frame_pointer = 0;
};

/// A copy of a thread's stack, from the stack pointer up.
struct StackCopy {
  uint64_t base = 0;  ///< address of the first byte
  std::string_view bytes;
};

/// Executable memory of a process: [begin, end).
struct CodeRegion {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t bias = 0;                        ///< an address less this is the file's own
  const elf::UnwindTable* table = nullptr;  ///< nullptr: only frame pointers can help
};

/// Where code lies in one process.
class CodeMap {
 public:
  CodeMap() = default;
  virtual ~CodeMap() = default;
  CodeMap(const CodeMap&) = delete;
  CodeMap& operator=(const CodeMap&) = delete;

  /// The region of an address; nullptr: nothing executable is known there. Valid until the next
  /// call.
  virtual const CodeRegion* find(uint64_t pc) = 0;
};

/// How a stack ended.
enum class StackEnd : uint8_t {
  outermost,  ///< at the function that nobody called: the stack is whole
  cut,        ///< at the end of the copy, or after kFramesMax frames
  broken,     ///< at code without unwind rows that keeps no frame pointers
};

inline constexpr size_t kFramesMax = 512;

/// Walks the callers of a thread that was interrupted with these registers, by the rows of each
/// file, and by frame pointers where there are none. Appends addresses, leaf first; those of
/// callers are return addresses less one, so that each lies within the instruction that was under
/// way. Reads only the copy. `is_cut`: the stack goes on beyond the copy.
StackEnd unwind(Registers registers, const StackCopy& stack, bool is_cut, CodeMap& code,
                std::vector<uint64_t>& addresses);

}  // namespace profiling
