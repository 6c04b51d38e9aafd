#include "profiling/process/maps.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace profiling::process {
namespace {

constexpr size_t kPathBytesMax = 4096;
constexpr size_t kJitFunctionsMax = size_t{1} << 20;
constexpr size_t kJitNameBytesMax = 1024;
constexpr size_t kKernelSymbolsMax = size_t{1} << 20;

/// Takes the text up to `stop`, which goes, too; all of it when there is none.
std::string_view take_until(std::string_view& text, char stop) {
  const size_t end = std::min(text.find(stop), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

template <class Number>
bool take_number(std::string_view text, int base, Number& number) {
  const auto got = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return got.ec == std::errc() && got.ptr == text.data() + text.size();
}

/// "7f00-7f20 r-xp 00001000 08:01 123   /usr/lib/x.so"
bool parse_map_line(std::string_view line, MapLine& out) {
  std::string_view range = take_until(line, ' ');
  const std::string_view permissions = take_until(line, ' ');
  const std::string_view offset = take_until(line, ' ');
  const std::string_view device = take_until(line, ' ');
  const std::string_view inode = take_until(line, ' ');
  const std::string_view begin = take_until(range, '-');
  if (!take_number(begin, 16, out.begin) || !take_number(range, 16, out.end) ||
      !take_number(offset, 16, out.offset) || !take_number(inode, 10, out.inode) ||
      out.end <= out.begin || permissions.size() != 4 || permissions[2] != 'x')
    return false;
  out.device = device.substr(0, 16);
  out.path = base::trimmed(line).substr(0, kPathBytesMax);
  return true;
}

}  // namespace

std::vector<MapLine> parse_maps(std::string_view text) {
  std::vector<MapLine> maps;
  while (!text.empty() && maps.size() < kMappingsMax) {
    MapLine line;
    if (!parse_map_line(take_until(text, '\n'), line)) continue;
    if (!maps.empty() && line.begin < maps.back().end) continue;
    maps.push_back(std::move(line));
  }
  return maps;
}

std::vector<JitFunction> parse_perf_map(std::string_view text) {
  std::vector<JitFunction> functions;
  while (!text.empty() && functions.size() < kJitFunctionsMax) {
    std::string_view line = take_until(text, '\n');
    std::string_view start = take_until(line, ' ');
    std::string_view size = take_until(line, ' ');
    if (start.starts_with("0x")) start.remove_prefix(2);  // As the JDK writes it.
    if (size.starts_with("0x")) size.remove_prefix(2);
    JitFunction function;
    uint64_t bytes = 0;
    if (!take_number(start, 16, function.begin) || !take_number(size, 16, bytes) || line.empty() ||
        __builtin_add_overflow(function.begin, bytes, &function.end))
      continue;
    function.name = line.substr(0, kJitNameBytesMax);
    functions.push_back(function);
  }
  std::stable_sort(functions.begin(), functions.end(),
                   [](const JitFunction& a, const JitFunction& b) { return a.begin < b.begin; });
  size_t kept = 0;
  for (const JitFunction& function : functions) {
    if (kept > 0 && functions[kept - 1].begin == function.begin) --kept;
    functions[kept++] = function;
  }
  functions.resize(kept);
  return functions;
}

const JitFunction* find_function(const std::vector<JitFunction>& sorted, uint64_t address) {
  const auto after =
      std::upper_bound(sorted.begin(), sorted.end(), address,
                       [](uint64_t at, const JitFunction& one) { return at < one.begin; });
  if (after == sorted.begin()) return nullptr;
  return address < (after - 1)->end ? &*(after - 1) : nullptr;
}

KernelSymbols parse_kallsyms(std::string_view text) {
  KernelSymbols symbols;
  while (!text.empty() && symbols.sorted.size() < kKernelSymbolsMax) {
    std::string_view line = take_until(text, '\n');
    const std::string_view address = take_until(line, ' ');
    const std::string_view type = take_until(line, ' ');
    KernelSymbol symbol;
    if (!take_number(address, 16, symbol.address) || symbol.address == 0) continue;
    if (type.size() != 1 || !(base::to_lower(type[0]) == 't' || base::to_lower(type[0]) == 'w'))
      continue;
    std::string_view name = take_until(line, '\t');
    if (name.empty() || name.starts_with("__pfx_")) continue;  // Padding before a function.
    symbol.name = static_cast<uint32_t>(symbols.names.size());
    symbols.names += name;
    // "\t[module]": which one it belongs to.
    if (!line.empty()) symbols.names.append(" ").append(line);
    symbol.size = static_cast<uint32_t>(symbols.names.size()) - symbol.name;
    symbols.sorted.push_back(symbol);
    if (symbols.names.size() > UINT32_MAX / 2) break;
  }
  std::stable_sort(symbols.sorted.begin(), symbols.sorted.end(),
                   [](const auto& a, const auto& b) { return a.address < b.address; });
  return symbols;
}

std::string_view KernelSymbols::find(uint64_t address) const {
  const auto after =
      std::upper_bound(sorted.begin(), sorted.end(), address,
                       [](uint64_t at, const KernelSymbol& symbol) { return at < symbol.address; });
  if (after == sorted.begin()) return {};
  return std::string_view(names).substr((after - 1)->name, (after - 1)->size);
}

}  // namespace profiling::process
