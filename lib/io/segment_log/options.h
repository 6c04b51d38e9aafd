#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "io/segment_log/segment_file.h"

namespace io::segment_log {

/// What the log's thread has done for the records `first` to `last`, each of which it reports once.
struct Commit {
  uint64_t first = 0;
  uint64_t last = 0;
  /// False: the disk refused. They may be there or not; who needs to know waits until they are
  /// delivered.
  bool is_durable = false;
};

/// How soon a record is to be durable.
enum class Urgency : uint8_t {
  usual,   ///< commit_interval
  awaited  ///< somebody does nothing until it is: awaited_interval
};

struct Options {
  /// Made, with mode 0700, when it is missing.
  std::filesystem::path folder;
  /// What the records hold, such as a format and its version. Segments of another kind are set
  /// aside when the log is opened.
  uint32_t kind = 0;
  /// Bound of all segments together; at least kBytesMaxLeast. See default_bytes_max() in log.h.
  uint64_t bytes_max = 0;
  /// A segment that has grown to this is closed; at most an eighth of bytes_max.
  uint64_t segment_bytes = uint64_t{64} << 20;
  /// Records become durable this long after they were appended, or when there are so many bytes.
  std::chrono::milliseconds commit_interval{200};
  uint64_t commit_bytes = uint64_t{4} << 20;
  std::chrono::milliseconds awaited_interval{10};
  /// After a write that failed, appends fail at once for so long.
  std::chrono::milliseconds retry_after{1000};
  /// While the disk refuses, the log tries by itself so often whether it still does.
  std::chrono::milliseconds probe_after{1000};
  /// Called in order of the records, by one thread at a time. It must not call commit().
  std::function<void(const Commit&)> on_commit = [](const Commit&) {};
  Disk disk = {};
};

/// Stands between the names of a cursor and of a part of it, in no name of a cursor; a name may
/// begin with it.
inline constexpr char kPartMark = '\x01';
std::string part_name(std::string_view cursor, std::string_view part);
/// The cursor that a name of a cursor or of a part belongs to.
std::string_view whole_of(std::string_view name);

inline constexpr uint64_t kBytesMaxLeast = uint64_t{64} << 10;

/// What one cursor lost when the oldest segment was dropped: records that it had not read.
struct Dropped {
  std::string cursor;
  uint64_t last = 0;  ///< sequence of the segment's last record
  uint64_t records = 0;
  uint64_t items = 0;  ///< of those records that could still be read
  uint64_t bytes = 0;  ///< of the same records
};

}  // namespace io::segment_log
