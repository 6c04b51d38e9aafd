#include "profiling/elf/eh_frame.h"

#include <algorithm>
#include <unordered_map>

#include "profiling/elf/cfi_program.h"
#include "profiling/elf/dwarf_reader.h"

namespace profiling::elf {
namespace {

/// A function of the section, not interpreted yet.
struct Function {
  uint64_t begin = 0;
  uint64_t end = 0;
  const CommonEntry* common = nullptr;
  std::string_view instructions;
};

/// Walks the entries of a section:
///   entry  = length (4 bytes, or ~0 and 8 bytes), id (4 bytes), body
///   id 0   = a CIE; else a FDE whose CIE lies `id` bytes before the id
class SectionReader {
 public:
  SectionReader(std::string_view section, uint64_t address)
      : section_(section), address_(address) {}

  std::vector<Function> functions() {
    std::vector<Function> found;
    DwarfReader in(section_, address_);
    while (!in.at_end()) {
      uint64_t length = in.fixed<uint32_t>();
      if (length == 0) continue;  // A terminator; linkers leave some in the middle.
      if (length == UINT32_MAX) length = in.fixed<uint64_t>();
      const size_t at = in.at();
      if (in.take(length).size() != length || !in.ok() || length < 4) break;
      if (const auto function = entry(at, length)) found.push_back(*function);
    }
    return found;
  }

 private:
  std::optional<Function> entry(size_t at, uint64_t length) {
    DwarfReader in(section_.substr(at, length), address_ + at);
    const auto id = in.fixed<uint32_t>();
    if (id == 0 || id > at) return std::nullopt;
    const CommonEntry& common = common_entry(at - id);
    if (!common.valid) return std::nullopt;
    Function function{.common = &common};
    function.begin = in.pointer(common.pointer_encoding);
    const uint64_t size = in.pointer(common.pointer_encoding & 0x0F);
    if (common.has_augmentation) in.take(in.uleb());
    if (!in.ok() || size == 0 || __builtin_add_overflow(function.begin, size, &function.end))
      return std::nullopt;
    function.instructions = in.rest();
    return function;
  }

  /// `at`: where its length lies.
  const CommonEntry& common_entry(size_t at) {
    const auto [found, is_new] = common_entries_.try_emplace(at);
    if (!is_new) return found->second;
    DwarfReader in(section_.substr(at), address_ + at);
    uint64_t length = in.fixed<uint32_t>();
    if (length == UINT32_MAX) length = in.fixed<uint64_t>();
    const uint64_t place = in.address();
    DwarfReader body(in.take(length), place);
    if (in.ok() && body.fixed<uint32_t>() == 0) found->second = read_common_entry(body);
    return found->second;
  }

  std::string_view section_;
  uint64_t address_;
  std::unordered_map<size_t, CommonEntry> common_entries_;  // Of nodes: pointers stay valid.
};

}  // namespace

UnwindTable UnwindTable::read(const Bytes& bytes, const Image& image) {
  Section where;
  if (const Section* section = image.section(".eh_frame")) {
    where = *section;
  } else if (image.frame_header().size > 0) {
    // Without section headers: the header of the search table points to the section, whose end it
    // does not say. It lies in the same segment, behind the header as all linkers place it.
    const Section& header = image.frame_header();
    const std::string content = bytes.take(header.offset, 16, 16);
    DwarfReader in(content, header.address);
    in.fixed<uint8_t>();
    const auto encoding = in.fixed<uint8_t>();
    in.fixed<uint16_t>();
    const uint64_t address = in.pointer(encoding);
    if (!in.ok() || address < header.address) return {};
    where.address = address;
    where.offset = header.offset + (address - header.address);
    if (where.offset >= bytes.size()) return {};
    where.size = std::min(bytes.size() - where.offset, kSectionBytesMax);
  }
  const std::string content = bytes.take(where.offset, where.size, kSectionBytesMax);
  return compile(content, where.address);
}

UnwindTable UnwindTable::compile(std::string_view section, uint64_t address) {
  SectionReader reader(section, address);
  std::vector<Function> functions = reader.functions();
  std::sort(functions.begin(), functions.end(),
            [](const Function& a, const Function& b) { return a.begin < b.begin; });
  UnwindTable table;
  if (functions.empty()) return table;
  table.base_ = functions.front().begin;
  const CommonEntry* common = nullptr;
  std::optional<CfiProgram> program;
  uint64_t end = table.base_;
  const auto gap = [&](uint64_t at) {
    UnwindRow row;
    row.pc = static_cast<uint32_t>(at - table.base_);
    if (!table.rows_.empty() && !table.rows_.back().same_rule(row)) table.rows_.push_back(row);
  };
  for (const Function& function : functions) {
    // Overlapping entries are damaged, or of functions that the linker has thrown away.
    if (function.begin < end || function.end - table.base_ > UINT32_MAX) continue;
    if (table.rows_.size() >= kRowsMax) break;
    if (function.begin > end) gap(end);
    if (common != function.common) program.emplace(*(common = function.common));
    program->run(function.instructions, function.begin, function.end, table.base_, table.rows_,
                 kRowsMax);
    end = function.end;
  }
  gap(end);
  table.rows_.shrink_to_fit();
  return table;
}

const UnwindRow* UnwindTable::find(uint64_t address) const {
  if (rows_.empty() || address < base_ || address - base_ > UINT32_MAX) return nullptr;
  const auto pc = static_cast<uint32_t>(address - base_);
  const auto after =
      std::upper_bound(rows_.begin(), rows_.end(), pc,
                       [](uint32_t at, const UnwindRow& row) { return at < row.pc; });
  return after == rows_.begin() ? nullptr : &*(after - 1);
}

}  // namespace profiling::elf
