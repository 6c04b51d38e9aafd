#include <elf.h>
#include <fmt/format.h>

#include <algorithm>

#include "profiling/elf/image.h"

namespace profiling::elf {
namespace {

constexpr size_t kChunkSymbols = 4096;
constexpr uint64_t kSymbolsMax = uint64_t{8} << 20;
/// Pairs of a symbol and an address: those of a sound table hardly overlap.
constexpr uint64_t kCoveredMax = uint64_t{16} << 20;

/// The best symbol so far for one address.
struct Candidate {
  uint64_t start = 0;
  uint64_t name = 0;  // Offset in the table of names.
  int rank = -1;      // -1: none.
};

struct AddressMatch {
  Candidate sized;       // Its size covers the address.
  Candidate unsized;     // Has no size; up to the next symbol.
  uint64_t barrier = 0;  // End of the nearest sized symbol that ends before the address.
};

/// Of aliases the one that programmers know: global before weak before local, then the first.
int rank_of(unsigned char binding) {
  return binding == STB_GLOBAL ? 2 : binding == STB_WEAK ? 1 : 0;
}

void take_better(Candidate& best, const Candidate& other) {
  if (best.rank < 0 || other.start > best.start ||
      (other.start == best.start && other.rank > best.rank))
    best = other;
}

class SymbolSearch {
 public:
  explicit SymbolSearch(std::span<WantedName> wanted) : wanted_(wanted), matches_(wanted.size()) {}

  void offer(const Elf64_Sym& symbol) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    const bool is_code = type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
    if (!is_code || symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE ||
        symbol.st_value == 0 || symbol.st_name == 0)
      return;
    const Candidate candidate{symbol.st_value, symbol.st_name,
                              rank_of(ELF64_ST_BIND(symbol.st_info))};
    size_t at = first_from(symbol.st_value);
    if (symbol.st_size == 0) {
      if (at < matches_.size()) take_better(matches_[at].unsized, candidate);
      return;
    }
    uint64_t end = 0;
    if (__builtin_add_overflow(symbol.st_value, symbol.st_size, &end)) return;
    for (; at < wanted_.size() && wanted_[at].address < end && covered_ < kCoveredMax; ++at) {
      take_better(matches_[at].sized, candidate);
      ++covered_;
    }
    if (at < matches_.size()) matches_[at].barrier = std::max(matches_[at].barrier, end);
  }

  void name_all(const Bytes& bytes, const Section& names) {
    Candidate unsized;
    uint64_t barrier = 0;
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (matches_[i].unsized.rank >= 0) take_better(unsized, matches_[i].unsized);
      barrier = std::max(barrier, matches_[i].barrier);
      if (!wanted_[i].name.empty()) continue;
      const Candidate* best = &matches_[i].sized;
      if (best->rank < 0 && unsized.rank >= 0 && unsized.start >= barrier) best = &unsized;
      if (best->rank < 0 || best->name >= names.size) continue;
      wanted_[i].name = bytes.text(names.offset + best->name, kNameBytesMax);
    }
  }

 private:
  size_t first_from(uint64_t address) const {
    return static_cast<size_t>(
        std::lower_bound(wanted_.begin(), wanted_.end(), address,
                         [](const WantedName& one, uint64_t at) { return one.address < at; }) -
        wanted_.begin());
  }

  std::span<WantedName> wanted_;
  std::vector<AddressMatch> matches_;
  uint64_t covered_ = 0;
};

/// The parts of .gopclntab that lead from an address to a name. Its header:
///   magic 4, zero 2, quantum 1, pointer size 1, then words: functions, files, text start, and the
///   offsets of names, compilation units, files, line tables and of the table of functions, which
///   is {entry 4, function 4} for each and the end; a function begins with {entry 4, name 4}.
struct GoTable {
  uint64_t functions = 0;
  uint64_t text = 0;
  uint64_t names = 0;
  uint64_t table = 0;
};

constexpr uint32_t kGo118 = 0xFFFFFFF0;
constexpr uint32_t kGo120 = 0xFFFFFFF1;
constexpr uint64_t kGoFunctionsMax = uint64_t{4} << 20;

std::optional<GoTable> read_go_header(const Bytes& bytes, const Section& section) {
  struct {
    uint32_t magic;
    uint8_t zero[2];
    uint8_t quantum;
    uint8_t pointer_bytes;
    uint64_t words[8];
  } header;
  if (section.size < sizeof header || !bytes.read(section.offset, &header, sizeof header))
    return std::nullopt;
  if ((header.magic != kGo118 && header.magic != kGo120) || header.pointer_bytes != 8)
    return std::nullopt;
  const GoTable table{header.words[0], header.words[2], header.words[3], header.words[7]};
  if (table.functions == 0 || table.functions > kGoFunctionsMax || table.names >= section.size ||
      table.table >= section.size)
    return std::nullopt;
  return table;
}

}  // namespace

void find_symbols(const Bytes& bytes, const Image& image, std::string_view section,
                  std::span<WantedName> wanted) {
  const Section* table = image.section(section);
  const Section* names = table ? image.section(table->link) : nullptr;
  if (!names || wanted.empty()) return;
  SymbolSearch search(wanted);
  const uint64_t count = std::min(table->size / sizeof(Elf64_Sym), kSymbolsMax);
  std::vector<Elf64_Sym> chunk(std::min<uint64_t>(count, kChunkSymbols));
  for (uint64_t at = 0; at < count; at += chunk.size()) {
    const size_t size = std::min<uint64_t>(chunk.size(), count - at);
    if (!bytes.read(table->offset + at * sizeof(Elf64_Sym), chunk.data(), size * sizeof(Elf64_Sym)))
      break;
    for (size_t i = 0; i < size; ++i) search.offer(chunk[i]);
  }
  search.name_all(bytes, *names);
}

void find_go_functions(const Bytes& bytes, const Image& image, std::span<WantedName> wanted) {
  const Section* section = image.section(".gopclntab");
  if (!section) section = image.section(".data.rel.ro.gopclntab");
  if (!section || wanted.empty()) return;
  const auto table = read_go_header(bytes, *section);
  if (!table) return;
  // Newer linkers leave the start of the text out of the header: it is the section's.
  const Section* text = image.section(".text");
  const uint64_t start = table->text == 0 && text ? text->address : table->text;
  struct Entry {
    uint32_t address;
    uint32_t function;
  };
  const std::string entries =
      bytes.take(section->offset + table->table, table->functions * sizeof(Entry),
                 kGoFunctionsMax * sizeof(Entry));
  std::vector<Entry> functions(entries.size() / sizeof(Entry));
  std::memcpy(functions.data(), entries.data(), functions.size() * sizeof(Entry));
  for (WantedName& one : wanted) {
    if (!one.name.empty() || one.address < start) continue;
    const auto after = std::upper_bound(
        functions.begin(), functions.end(), one.address - start,
        [](uint64_t offset, const Entry& entry) { return offset < entry.address; });
    if (after == functions.begin()) continue;
    uint32_t name[2] = {};
    const uint64_t at = table->table + (after - 1)->function;
    if (at >= section->size || !bytes.read(section->offset + at, name, sizeof name)) continue;
    if (table->names + name[1] >= section->size) continue;
    one.name = bytes.text(section->offset + table->names + name[1], kNameBytesMax);
  }
}

std::string in_hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
  return text;
}

std::string debug_file_path(std::string_view build_id) {
  if (build_id.size() < 2) return {};
  const std::string id = in_hexadecimal(build_id);
  return fmt::format("/usr/lib/debug/.build-id/{}/{}.debug", id.substr(0, 2), id.substr(2));
}

}  // namespace profiling::elf
