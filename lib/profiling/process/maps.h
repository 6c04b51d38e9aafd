#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What /proc says of processes. All of it is untrusted text: processes choose their names and
/// paths.
namespace profiling::process {

/// An executable mapping, a line of /proc/PID/maps.
struct MapLine {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t offset = 0;  ///< in the file
  std::string device;   ///< "08:01"
  uint64_t inode = 0;   ///< 0: no file
  std::string path;     ///< as the process sees it; "[vdso]", or empty for anonymous memory
};

inline constexpr size_t kMappingsMax = 16384;

/// The executable mappings of a file in the format of /proc/PID/maps, sorted by address; lines that
/// are damaged or overlap the one before are left out. At most kMappingsMax.
std::vector<MapLine> parse_maps(std::string_view text);

/// A function of a perf map (/tmp/perf-PID.map), which JIT compilers write.
struct JitFunction {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string_view name;
};

/// The functions of lines "START SIZE name" with numbers in hexadecimal, sorted by address. Of
/// functions at the same address the last one counts, as memory is used again. Views into `text`.
std::vector<JitFunction> parse_perf_map(std::string_view text);
/// The function that covers the address; nullptr: none.
const JitFunction* find_function(const std::vector<JitFunction>& sorted, uint64_t address);

/// A function of the kernel.
struct KernelSymbol {
  uint64_t address = 0;
  uint32_t name = 0;  ///< where it lies in KernelSymbols::names
  uint32_t size = 0;  ///< of the name
};

/// /proc/kallsyms, compact: 120,000 names of functions.
struct KernelSymbols {
  std::vector<KernelSymbol> sorted;
  std::string names;

  /// Empty: not known.
  std::string_view find(uint64_t address) const;
};

/// Functions in the format of /proc/kallsyms; nothing when addresses are hidden (all zero).
KernelSymbols parse_kallsyms(std::string_view text);

}  // namespace profiling::process
