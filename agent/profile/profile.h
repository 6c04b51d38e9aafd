#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "profiling/profile.h"
#include "profiling/window.h"

/// `tributary profile`: a profile of this host's CPU time on the spot, without an agent that runs
/// and without a backend.
namespace agent::profile {

enum class Format : uint8_t {
  svg,     ///< a flame graph for a browser
  folded,  ///< a line for each stack
  pprof,   ///< compressed, as `go tool pprof` reads it
};

struct Options {
  int seconds = 10;
  int rate_hz = 97;
  std::vector<uint32_t> pids;  ///< empty: all processes
  Format format = Format::folded;
  std::string output = "-";  ///< "-": standard output
  std::string demangle = "simplified";
  bool with_kernel = true;
  bool is_quiet = false;  ///< no progress on the terminal
};

/// Takes the profile, writes it, and returns how many samples are in it. Ends early, with what
/// there is, on SIGINT and SIGTERM. A summary goes to standard error, and progress if that is a
/// terminal. Fails when nothing can be sampled or written.
base::Result<uint64_t> run(const Options& options);

/// "1358 samples of 31 processes in 8.0 s", and what is missing in them.
std::string summary(const std::vector<profiling::Profile>& profiles,
                    const profiling::Window& window);

}  // namespace agent::profile
