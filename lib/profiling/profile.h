#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace profiling {

/// A file whose code a process ran.
struct ProfiledFile {
  std::string path;
  std::string build_id;  ///< in hexadecimal; empty: none
};

/// A place in the code of a profile.
struct Location {
  uint32_t file = 0;     ///< index in Profile::files
  uint64_t address = 0;  ///< in the file's own numbering; 0: of several places
  std::string function;  ///< "file+0xaddress" where no name is known; valid UTF-8
};

/// A stack and how often it was seen.
struct CountedStack {
  std::vector<uint32_t> locations;  ///< indices in Profile::locations, leaf first
  uint64_t samples = 0;
};

/// Where one process spent CPU time, with names.
struct Profile {
  uint32_t pid = 0;
  std::string name;                 ///< the kernel's name of the program (comm)
  std::string exe;                  ///< empty: not known
  std::string cgroups;              ///< as in ProcessWindow
  std::vector<ProfiledFile> files;  ///< the program itself first, if it is known
  std::vector<Location> locations;
  std::vector<CountedStack> stacks;
  std::chrono::system_clock::time_point begin;
  std::chrono::nanoseconds duration{0};
  std::chrono::nanoseconds period{0};  ///< time that a sample stands for
};

/// Lines "name;outermost;...;leaf count" as flame graph tools read them, sorted; the process comes
/// first in each.
std::string as_folded(const std::vector<Profile>& profiles);

struct PprofOptions {
  bool with_pids = false;         ///< a number `pid` on each sample
  bool with_processes = false;    ///< the program's name on each sample and as the outermost frame
  size_t samples_max = SIZE_MAX;  ///< different stacks in one pprof
  size_t bytes_max = SIZE_MAX;    ///< of one pprof, uncompressed, about
};

/// A pprof, compressed.
struct Pprof {
  std::string body;
  uint64_t samples = 0;
};

/// The profiles as one pprof of cpu in nanoseconds, or as several where that exceeds the bounds; at
/// least one.
std::vector<Pprof> as_pprofs(std::span<const Profile> profiles, const PprofOptions& options);

/// A flame graph as one SVG file that needs nothing else: widths are shares of the samples, each
/// box says its function, samples and share when the pointer is over it, and a click enlarges it.
std::string as_svg(const std::vector<Profile>& profiles, const std::string& title);

}  // namespace profiling
