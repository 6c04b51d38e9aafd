#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/segment_log/log.h"

namespace io::segment_log {

/// A reader of a log with a position that survives restarts. next() and wait() are for one thread,
/// the rest for any. Made by Log::cursor(), and gone before the log.
class Cursor {
 public:
  Cursor(Log& log, Position& position) : log_(log), position_(position) {}
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  /// The next record, durable or not; nothing when all are read. What is damaged is skipped,
  /// counted and logged. An error says what the disk refuses: call again after some seconds, and
  /// after kTriesMax calls in a row a segment that cannot be read is given up.
  base::Result<std::optional<Record>> next();
  static constexpr int kTriesMax = 5;

  /// All records up to this one need not be read: who appended them handed them over. Any thread,
  /// but not during next().
  void skip(uint64_t sequence);
  /// How many records there are to read, damaged ones included.
  uint64_t unread() const;

  /// Until there is something to read, or it is time: then false.
  bool wait(std::stop_token stop, Clock::time_point until);

  /// All records up to this one are done with. Saved with the next commit.
  void acknowledge(uint64_t sequence);
  uint64_t acknowledged() const;
  /// Sequence of the first record that is not read.
  uint64_t next_sequence() const;

  // A part is a cursor that is renamed, kept and forgotten with this one: for what of its records
  // is not done with when others are.

  /// Names of all, open or not.
  std::vector<std::string> parts() const;
  /// The part with this name, which goes on where it was. A new one begins here.
  std::unique_ptr<Cursor> part(std::string_view name, uint64_t acknowledged, uint64_t next);
  /// Closes a part and forgets it.
  static void forget(std::unique_ptr<Cursor> part);

 private:
  /// Makes the reader that of this place. An errno, or 0.
  int open(const Index::Place& place);
  base::Result<void> give_up(const Index::Place& place, uint64_t begin, int error);

  Log& log_;
  Position& position_;
  std::shared_ptr<Segment> segment_;  ///< that reader_ reads
  std::unique_ptr<SegmentReader> reader_;
  int tries_ = 0;
  bool is_forgotten_ = false;
};

}  // namespace io::segment_log
