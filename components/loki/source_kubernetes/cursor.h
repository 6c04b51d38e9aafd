#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace components::loki::source_kubernetes {

/// How far the log of a container has been read, so that nothing repeats and nothing is skipped
/// when reading begins again.
///
/// The API gives lines from a time on (`sinceTime`), but cuts it to whole seconds; and lines need
/// not be in the order of their timestamps, as stdout and stderr are stamped by two writers. So the
/// cursor holds the first line of the last second, which is what the answer will begin with, and
/// how many lines of that second and later were read since: so many are skipped. If the answer
/// begins with another line, the file was rotated meanwhile; then the timestamp of the last line
/// decides, with the number of lines that have it.
///
/// Text form: "CONTAINER_ID FIRST:LINES LAST:LINES", times in nanoseconds.
class Cursor {
 public:
  static std::optional<Cursor> parse(std::string_view text);
  std::string text() const;

  const std::string& container() const { return container_; }
  /// Reads this container from now on, which started at that time. Lines that are younger may be
  /// its own, read before it was known to be there; else nothing of it was read yet.
  void begin(std::string container, int64_t started_ns);
  /// One more line was read.
  void pass(int64_t timestamp_ns);

  /// The `sinceTime` to ask for; empty: all.
  std::string since() const;

  struct Place {
    int64_t timestamp_ns = 0;
    uint64_t lines = 0;
  };
  const Place& first() const { return first_; }
  const Place& last() const { return last_; }

  Cursor() = default;

 private:
  explicit Cursor(std::string container) : container_(std::move(container)) {}

  std::string container_;
  Place first_;  ///< of the last second, and lines since
  Place last_;   ///< the latest timestamp, and lines that have it
};

/// Tells lines that were read before from new ones, after reading began again from a cursor.
class Replay {
 public:
  explicit Replay(const Cursor& from) : first_(from.first()), last_(from.last()) {}

  bool is_new(int64_t timestamp_ns);
  /// Whether a line without a timestamp is the rest of one that was read before.
  bool is_over() const { return state_ == State::over; }
  /// The answer began behind the last line that was read: lines in between are gone.
  bool has_gap() const { return has_gap_; }

 private:
  enum class State { begin, counting, by_time, over };

  const Cursor::Place first_;
  const Cursor::Place last_;
  State state_ = State::begin;
  uint64_t seen_ = 0;
  bool has_gap_ = false;
};

}  // namespace components::loki::source_kubernetes
