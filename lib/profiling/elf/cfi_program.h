#pragma once
#include <cstdint>
#include <string_view>

#include "profiling/elf/dwarf_reader.h"
#include "profiling/elf/eh_frame.h"

namespace profiling::elf {

/// What a common information entry (CIE) says for the functions that refer to it.
struct CommonEntry {
  uint64_t code_alignment = 1;
  int64_t data_alignment = 1;
  uint8_t pointer_encoding = 0;
  bool has_augmentation = false;
  bool is_signal_frame = false;
  std::string_view instructions;
  bool valid = false;
};

/// Reads the body of a CIE; `valid` says whether it could be.
CommonEntry read_common_entry(DwarfReader in);

/// Interprets the call frame instructions of one function.
class CfiProgram {
 public:
  explicit CfiProgram(const CommonEntry& common);

  /// Appends the function's rows, at most `rows_max`: from `begin` on, numbered from `base`.
  void run(std::string_view instructions, uint64_t begin, uint64_t end, uint64_t base,
           std::vector<UnwindRow>& rows, size_t rows_max);

 private:
  enum class Cfa : uint8_t { reg, expression, saved_pointer, plt };
  struct State {
    Cfa cfa = Cfa::reg;
    uint64_t cfa_register = 0;
    int64_t cfa_offset = 0;
    int64_t frame_pointer_offset = 0;  // 0: not saved.
    bool frame_pointer_at_itself = false;
    bool frame_pointer_lost = false;
    bool is_outermost = false;
    bool return_address_lost = false;  // It lies elsewhere than at CFA - 8.
  };

  /// False: the instructions end, or cannot be understood from here on.
  bool step(DwarfReader& in, uint64_t& pc);
  bool extended(uint8_t opcode, DwarfReader& in, uint64_t& pc);
  void change_cfa(uint8_t opcode, DwarfReader& in);
  bool change_register(uint8_t opcode, DwarfReader& in);
  int64_t scaled(int64_t factored) const;
  void save(uint64_t reg, int64_t offset);
  void save_by_expression(uint64_t reg, std::string_view expression);
  void restore(uint64_t reg);
  void lose(uint64_t reg, bool is_undefined);
  void set_cfa_expression(std::string_view expression);
  UnwindRow row() const;

  const CommonEntry& common_;
  State state_;
  State initial_;
  std::vector<State> remembered_;
};

}  // namespace profiling::elf
