#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "io/segment_log/options.h"

namespace io::segment_log {

/// A file of the log. What is not const belongs to the Index that holds it, and its lock.
struct Segment {
  Segment(uint64_t first_sequence, std::filesystem::path where)
      : first(first_sequence), path(std::move(where)), end(first) {}

  const uint64_t first;
  const std::filesystem::path path;
  uint64_t bytes = 0;
  uint64_t end;                       ///< sequence after the last record
  std::shared_ptr<SegmentFile> file;  ///< while it is written
  bool is_dropped = false;            ///< its records count as lost: readers leave it
  bool is_damaged = false;            ///< kept as .bad when it is done with
  uint64_t counted_through = 0;       ///< damaged records below this sequence are counted
};

/// A segment that was set aside.
struct BadFile {
  std::filesystem::path path;
  uint64_t bytes = 0;
};

/// What became of the bytes of a log, in numbers for /metrics.
struct Metrics {
  explicit Metrics(const base::metrics::Scope& scope);
  std::shared_ptr<base::metrics::Gauge> bytes;
  std::shared_ptr<base::metrics::Counter> torn_tails, bad_segments, records_damaged, errors;
};

/// What a folder holds when the log is opened.
struct Found {
  std::deque<std::shared_ptr<Segment>> segments;  ///< by sequence
  std::deque<BadFile> bad;                        ///< oldest first
  std::map<std::string, uint64_t> acknowledged;   ///< by name of cursor
  uint64_t next_sequence = 1;                     ///< above all that was ever given out
};

/// Name of the file of cursors.
inline constexpr std::string_view kCursorsFile = "cursors";

/// Looks at a folder that exists and is locked. Truncates a torn tail, sets aside segments whose
/// header is not good; logs and counts both. Fails only when the folder cannot be listed.
base::Result<Found> recover(const Options& options, const Metrics& metrics,
                            const base::Logger& log);

/// Renames the file of a segment to .bad. On failure it stays, and is found again the next time.
base::Result<BadFile> set_aside(const std::filesystem::path& path, uint64_t bytes);

}  // namespace io::segment_log
