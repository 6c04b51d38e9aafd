#include "profiling/unwind.h"

#include <cstring>
#include <optional>

#include "profiling/elf/eh_frame.h"

namespace profiling {
namespace {

using elf::CfaRule;
using elf::UnwindRow;

// Where the kernel keeps registers in the ucontext of a signal's frame (x86-64).
constexpr uint64_t kSignalFramePointer = 120;
constexpr uint64_t kSignalStackPointer = 160;
constexpr uint64_t kSignalPc = 168;

class StackReader {
 public:
  explicit StackReader(const StackCopy& stack) : stack_(stack) {}

  /// Nothing beyond the copy; was_beyond() then says so.
  std::optional<uint64_t> word(uint64_t address) {
    const uint64_t at = address - stack_.base;
    uint64_t value = 0;
    if (at >= stack_.bytes.size() || stack_.bytes.size() - at < sizeof value) {
      was_beyond_ = was_beyond_ || address >= stack_.base;
      return std::nullopt;
    }
    std::memcpy(&value, stack_.bytes.data() + at, sizeof value);
    return value;
  }
  bool was_beyond() const { return was_beyond_; }

 private:
  const StackCopy& stack_;
  bool was_beyond_ = false;
};

uint64_t scaled(int16_t words) {
  return static_cast<uint64_t>(int64_t{words} * 8);
}

std::optional<uint64_t> cfa_of(const UnwindRow& row, const Registers& at, StackReader& stack) {
  switch (row.rule) {
    case CfaRule::stack_pointer:
      return at.stack_pointer + scaled(row.cfa);
    case CfaRule::frame_pointer:
      return at.frame_pointer + scaled(row.cfa);
    case CfaRule::saved_pointer:
      return stack.word(at.frame_pointer + scaled(row.cfa));
    case CfaRule::plt:
      return at.stack_pointer + 8 + ((at.pc & 15) >= static_cast<uint64_t>(row.cfa) ? 8 : 0);
    default:
      return std::nullopt;
  }
}

/// The registers of the caller; pc 0: there is none.
std::optional<Registers> by_row(const UnwindRow& row, const Registers& at, StackReader& stack) {
  if (row.rule == CfaRule::signal) {
    const auto pc = stack.word(at.stack_pointer + kSignalPc);
    const auto stack_pointer = stack.word(at.stack_pointer + kSignalStackPointer);
    const auto frame_pointer = stack.word(at.stack_pointer + kSignalFramePointer);
    if (!pc || !stack_pointer || !frame_pointer) return std::nullopt;
    return Registers{*pc, *stack_pointer, *frame_pointer};
  }
  const auto cfa = cfa_of(row, at, stack);
  if (!cfa || *cfa <= at.stack_pointer) return std::nullopt;
  const auto pc = stack.word(*cfa - 8);
  if (!pc) return std::nullopt;
  Registers caller{*pc, *cfa, at.frame_pointer};
  if (row.frame_pointer == UnwindRow::kSame) return caller;
  // A lost frame pointer matters only if a caller uses it, which then finds nothing in the copy.
  const uint64_t saved_at = row.frame_pointer == UnwindRow::kAtFramePointer
                                ? at.frame_pointer
                                : *cfa + scaled(row.frame_pointer);
  caller.frame_pointer = stack.word(saved_at).value_or(0);
  return caller;
}

std::optional<Registers> by_frame_pointer(const Registers& at, StackReader& stack) {
  if (at.frame_pointer < at.stack_pointer || at.frame_pointer % 8 != 0) return std::nullopt;
  const auto frame_pointer = stack.word(at.frame_pointer);
  const auto pc = stack.word(at.frame_pointer + 8);
  if (!frame_pointer || !pc) return std::nullopt;
  return Registers{*pc, at.frame_pointer + 16, *frame_pointer};
}

}  // namespace

StackEnd unwind(Registers at, const StackCopy& copy, bool is_cut, CodeMap& code,
                std::vector<uint64_t>& addresses) {
  StackReader stack(copy);
  const size_t before = addresses.size();
  bool is_caller = false;
  while (addresses.size() - before < kFramesMax) {
    const uint64_t pc = is_caller ? at.pc - 1 : at.pc;
    const CodeRegion* region = code.find(pc);
    if (region == nullptr && is_caller) return StackEnd::broken;
    addresses.push_back(pc);
    if (region == nullptr) return StackEnd::broken;
    const UnwindRow* row = region->table ? region->table->find(pc - region->bias) : nullptr;
    if (row != nullptr && row->rule == CfaRule::end) return StackEnd::outermost;
    const bool has_rule = row != nullptr && row->rule != CfaRule::unknown;
    const auto caller = has_rule ? by_row(*row, at, stack) : by_frame_pointer(at, stack);
    if (!caller) return is_cut && stack.was_beyond() ? StackEnd::cut : StackEnd::broken;
    if (caller->pc == 0) return StackEnd::outermost;
    is_caller = !has_rule || row->rule != CfaRule::signal;
    at = *caller;
  }
  return StackEnd::cut;
}

}  // namespace profiling
