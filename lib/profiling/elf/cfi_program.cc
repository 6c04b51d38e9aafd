#include "profiling/elf/cfi_program.h"

#include <optional>

namespace profiling::elf {
namespace {

// Numbers of x86-64's registers in DWARF.
constexpr uint64_t kRbp = 6;
constexpr uint64_t kRsp = 7;
constexpr uint64_t kReturnAddress = 16;

constexpr size_t kRememberedMax = 32;

// DW_OP_breg7 8, breg16 0, lit15, and, litN, ge, lit3, shl, plus: what linkers write for a PLT.
constexpr std::string_view kPltBefore("\x77\x08\x80\x00\x3F\x1A", 6);
constexpr std::string_view kPltAfter("\x2A\x33\x24\x22", 4);

/// DW_CFA_*: what call frame instructions do. Three more have their operand in the same byte.
enum Instruction : uint8_t {
  kNop = 0x00,
  kAdvance1 = 0x02,
  kAdvance2 = 0x03,
  kAdvance4 = 0x04,
  kOffset = 0x05,
  kRestore = 0x06,
  kUndefined = 0x07,
  kSameValue = 0x08,
  kRegister = 0x09,
  kRememberState = 0x0A,
  kRestoreState = 0x0B,
  kCfa = 0x0C,
  kCfaRegister = 0x0D,
  kCfaOffset = 0x0E,
  kCfaExpression = 0x0F,
  kExpression = 0x10,
  kOffsetSigned = 0x11,
  kCfaSigned = 0x12,
  kCfaOffsetSigned = 0x13,
  kValueOffset = 0x14,
  kValueOffsetSigned = 0x15,
  kValueExpression = 0x16,
  kArgumentsSize = 0x2E,
};

std::optional<int16_t> in_words(int64_t bytes) {
  const int64_t words = bytes / 8;
  if (bytes % 8 != 0 || words < INT16_MIN || words > INT16_MAX) return std::nullopt;
  return static_cast<int16_t>(words);
}

}  // namespace

CommonEntry read_common_entry(DwarfReader in) {
  CommonEntry common;
  const auto version = in.fixed<uint8_t>();
  if (version != 1 && version != 3) return common;
  const std::string_view augmentation = in.text();
  common.code_alignment = in.uleb();
  common.data_alignment = in.sleb();
  const uint64_t return_register = version == 1 ? in.fixed<uint8_t>() : in.uleb();
  if (return_register != kReturnAddress) return common;
  if (!augmentation.empty()) {
    if (augmentation.front() != 'z') return common;
    common.has_augmentation = true;
    DwarfReader data(in.take(in.uleb()), 0);
    for (const char letter : augmentation.substr(1)) {
      if (letter == 'R') common.pointer_encoding = data.fixed<uint8_t>();
      if (letter == 'L') data.fixed<uint8_t>();
      // Without its base: the value is not used, only its size.
      if (letter == 'P') data.pointer(data.fixed<uint8_t>() & 0x0F);
      if (letter == 'S') common.is_signal_frame = true;
    }
    if (!data.ok()) return common;
  }
  common.valid = in.ok();
  common.instructions = in.rest();
  return common;
}

CfiProgram::CfiProgram(const CommonEntry& common) : common_(common) {
  DwarfReader in(common.instructions, 0);
  uint64_t pc = 0;
  while (step(in, pc)) {
  }
  initial_ = state_;
}

void CfiProgram::run(std::string_view instructions, uint64_t begin, uint64_t end, uint64_t base,
                     std::vector<UnwindRow>& rows, size_t rows_max) {
  state_ = initial_;
  remembered_.clear();
  DwarfReader in(instructions, 0);
  for (uint64_t pc = begin; pc < end && rows.size() < rows_max;) {
    uint64_t next = pc;
    bool more = true;
    while (more && next == pc) more = step(in, next);
    // What is not understood leaves nothing to rely on up to the function's end.
    if (!more && !(in.ok() && in.at_end())) state_.cfa = Cfa::expression;
    UnwindRow made = row();
    made.pc = static_cast<uint32_t>(pc - base);
    if (rows.empty() || !rows.back().same_rule(made)) rows.push_back(made);
    if (!more || next < pc) return;
    pc = next;
  }
}

bool CfiProgram::step(DwarfReader& in, uint64_t& pc) {
  if (in.at_end()) return false;
  const auto opcode = in.fixed<uint8_t>();
  const uint8_t operand = opcode & 0x3F;
  switch (opcode >> 6) {
    case 1:
      pc += operand * common_.code_alignment;
      break;
    case 2:
      save(operand, scaled(static_cast<int64_t>(in.uleb())));
      break;
    case 3:
      restore(operand);
      break;
    default:
      if (!extended(opcode, in, pc)) in.fail();
      break;
  }
  return in.ok();
}

bool CfiProgram::extended(uint8_t opcode, DwarfReader& in, uint64_t& pc) {
  switch (opcode) {
    case kNop:
      return true;
    case kAdvance1:
      pc += in.fixed<uint8_t>() * common_.code_alignment;
      return true;
    case kAdvance2:
      pc += in.fixed<uint16_t>() * common_.code_alignment;
      return true;
    case kAdvance4:
      pc += in.fixed<uint32_t>() * common_.code_alignment;
      return true;
    case kArgumentsSize:
      in.uleb();
      return true;
    case kRememberState:
      if (remembered_.size() >= kRememberedMax) return false;
      remembered_.push_back(state_);
      return true;
    case kRestoreState:
      if (remembered_.empty()) return false;
      state_ = remembered_.back();
      remembered_.pop_back();
      return true;
    case kCfa:
    case kCfaRegister:
    case kCfaOffset:
    case kCfaExpression:
    case kCfaSigned:
    case kCfaOffsetSigned:
      change_cfa(opcode, in);
      return true;
    default:
      return change_register(opcode, in);
  }
}

void CfiProgram::change_cfa(uint8_t opcode, DwarfReader& in) {
  if (opcode == kCfaExpression) return set_cfa_expression(in.take(in.uleb()));
  state_.cfa = Cfa::reg;
  if (opcode == kCfa || opcode == kCfaSigned || opcode == kCfaRegister)
    state_.cfa_register = in.uleb();
  if (opcode == kCfa || opcode == kCfaOffset) state_.cfa_offset = static_cast<int64_t>(in.uleb());
  if (opcode == kCfaSigned || opcode == kCfaOffsetSigned) state_.cfa_offset = scaled(in.sleb());
}

bool CfiProgram::change_register(uint8_t opcode, DwarfReader& in) {
  const uint64_t reg = in.uleb();
  switch (opcode) {
    case kOffset:
      save(reg, scaled(static_cast<int64_t>(in.uleb())));
      return true;
    case kOffsetSigned:
      save(reg, scaled(in.sleb()));
      return true;
    case kRestore:
    case kSameValue:
      restore(reg);
      return true;
    case kUndefined:
      lose(reg, true);
      return true;
    case kExpression:
      save_by_expression(reg, in.take(in.uleb()));
      return true;
    case kRegister:
    case kValueOffset:
    case kValueOffsetSigned:
      in.uleb();
      lose(reg, false);
      return true;
    case kValueExpression:
      in.take(in.uleb());
      lose(reg, false);
      return true;
    default:
      return false;
  }
}

/// An overflow gives what no rule accepts.
int64_t CfiProgram::scaled(int64_t factored) const {
  int64_t offset = 0;
  return __builtin_mul_overflow(factored, common_.data_alignment, &offset) ? 1 : offset;
}

void CfiProgram::save(uint64_t reg, int64_t offset) {
  if (reg == kRbp) {
    state_.frame_pointer_offset = offset;
    state_.frame_pointer_at_itself = false;
    state_.frame_pointer_lost = offset == 0;
  }
  if (reg == kReturnAddress) state_.return_address_lost = offset != -8;
}

void CfiProgram::save_by_expression(uint64_t reg, std::string_view expression) {
  // DW_OP_breg6 0: saved where rbp points to, by functions that realign their stack.
  const bool at_itself = reg == kRbp && expression == std::string_view("\x76\x00", 2);
  if (!at_itself) return lose(reg, false);
  state_.frame_pointer_at_itself = true;
  state_.frame_pointer_lost = false;
}

void CfiProgram::restore(uint64_t reg) {
  if (reg == kRbp) {
    state_.frame_pointer_offset = initial_.frame_pointer_offset;
    state_.frame_pointer_at_itself = false;
    state_.frame_pointer_lost = false;
  }
  if (reg == kReturnAddress) state_.return_address_lost = state_.is_outermost = false;
}

void CfiProgram::lose(uint64_t reg, bool is_undefined) {
  if (reg == kRbp) state_.frame_pointer_lost = true;
  if (reg != kReturnAddress) return;
  state_.is_outermost = is_undefined;
  state_.return_address_lost = !is_undefined;
}

void CfiProgram::set_cfa_expression(std::string_view expression) {
  state_.cfa = Cfa::expression;
  const size_t plt_bytes = kPltBefore.size() + 1 + kPltAfter.size();
  if (expression.size() == plt_bytes && expression.starts_with(kPltBefore) &&
      expression.ends_with(kPltAfter)) {
    state_.cfa = Cfa::plt;
    state_.cfa_offset = static_cast<uint8_t>(expression[kPltBefore.size()]) - 0x30;
    return;
  }
  DwarfReader in(expression, 0);
  if (in.fixed<uint8_t>() != 0x76) return;  // DW_OP_breg6
  const int64_t offset = in.sleb();
  if (in.fixed<uint8_t>() != 0x06 || !in.ok() || !in.at_end()) return;  // DW_OP_deref
  state_.cfa = Cfa::saved_pointer;
  state_.cfa_offset = offset;
}

UnwindRow CfiProgram::row() const {
  UnwindRow made;
  if (common_.is_signal_frame) {
    made.rule = CfaRule::signal;
    return made;
  }
  if (state_.is_outermost) {
    made.rule = CfaRule::end;
    return made;
  }
  if (state_.return_address_lost || state_.cfa == Cfa::expression) return made;
  if (state_.cfa == Cfa::plt) {
    made.rule = CfaRule::plt;
    made.cfa = static_cast<int16_t>(state_.cfa_offset);
    return made;
  }
  const auto words = in_words(state_.cfa_offset);
  const auto saved = in_words(state_.frame_pointer_offset);
  if (!words) return made;
  const bool has_room = saved && *saved > INT8_MIN && *saved < UnwindRow::kAtFramePointer;
  made.cfa = *words;
  if (state_.frame_pointer_at_itself)
    made.frame_pointer = UnwindRow::kAtFramePointer;
  else if (has_room && !state_.frame_pointer_lost)
    made.frame_pointer = static_cast<int8_t>(*saved);
  if (state_.cfa == Cfa::saved_pointer)
    made.rule = CfaRule::saved_pointer;
  else if (state_.cfa_register == kRsp)
    made.rule = CfaRule::stack_pointer;
  else if (state_.cfa_register == kRbp)
    made.rule = CfaRule::frame_pointer;
  return made;
}

}  // namespace profiling::elf
