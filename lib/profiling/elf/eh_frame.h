#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "profiling/elf/image.h"

namespace profiling::elf {

/// How the canonical frame address (CFA: the stack pointer before the call) is found.
enum class CfaRule : uint8_t {
  unknown,        ///< no information here: the frame pointer may help
  end,            ///< the outermost function
  stack_pointer,  ///< rsp + cfa * 8
  frame_pointer,  ///< rbp + cfa * 8
  saved_pointer,  ///< what lies at rbp + cfa * 8: functions that realign their stack
  plt,            ///< rsp + 8, and 8 more from byte `cfa` of a 16-byte entry on
  signal,         ///< the kernel's frame of a signal handler: registers lie at rsp
};

/// The rule from one address up to the next row's. The return address is at CFA - 8, as the ABI of
/// x86-64 has it.
struct UnwindRow {
  /// Value of `frame_pointer`: rbp is as it was, or was saved where rbp points to.
  static constexpr int8_t kSame = 0;
  static constexpr int8_t kAtFramePointer = 127;

  uint32_t pc = 0;  ///< from UnwindTable::base() on
  CfaRule rule = CfaRule::unknown;
  int8_t frame_pointer = kSame;  ///< else it was saved at CFA + frame_pointer * 8
  int16_t cfa = 0;

  bool same_rule(const UnwindRow& other) const {
    return rule == other.rule && frame_pointer == other.frame_pointer && cfa == other.cfa;
  }
};
static_assert(sizeof(UnwindRow) == 8);

/// What .eh_frame says of a whole file, as rows of 8 bytes in order of their addresses: a lookup is
/// a binary search, where the section itself would have to be interpreted for each frame.
/// Compiled once; a few rules that need more (DWARF expressions, other registers) become `unknown`.
class UnwindTable {
 public:
  static constexpr size_t kRowsMax = size_t{2} << 20;
  static constexpr uint64_t kSectionBytesMax = uint64_t{64} << 20;

  /// Of a file's .eh_frame. Empty when it has none or it is larger than the bounds.
  static UnwindTable read(const Bytes& bytes, const Image& image);
  /// Of the section's content; `address` is where it is loaded. Damaged entries are left out.
  static UnwindTable compile(std::string_view section, uint64_t address);

  /// The row of an address in the file's own numbering; nullptr below the first one.
  const UnwindRow* find(uint64_t address) const;
  std::span<const UnwindRow> rows() const { return rows_; }
  uint64_t base() const { return base_; }
  size_t bytes() const { return rows_.capacity() * sizeof(UnwindRow); }

 private:
  uint64_t base_ = 0;
  std::vector<UnwindRow> rows_;
};

}  // namespace profiling::elf
