#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "components/loki/source_docker/frame_reader.h"

namespace components::loki::source_docker {

/// How far a container's log has been read, for each of its two streams: the timestamp of the last
/// line in nanoseconds, and how many lines with that very timestamp were read. The daemon stamps
/// each stream by itself, so the lines of one stream are in order while a line of the other may
/// stand behind a younger one. Text form: "1795249348342090367:2 1795249348342090001:1".
class Cursor {
 public:
  static std::optional<Cursor> parse(std::string_view text);
  std::string text() const;

  /// One more line was read.
  void pass(Stream stream, int64_t timestamp_ns);

  /// The `since` to ask the daemon for ("SECONDS.NANOSECONDS"; "0" for all): a little before the
  /// last line, for lines of the other stream that come late. What is read twice thereby is left
  /// out by Replay.
  std::string since() const;

  struct Place {
    int64_t timestamp_ns = 0;
    uint64_t lines = 0;
  };
  const Place& place(Stream stream) const { return places_[static_cast<size_t>(stream)]; }

 private:
  std::array<Place, 2> places_;  // By stream.
};

/// Tells lines that were read before from new ones, after reading began again from a cursor.
class Replay {
 public:
  explicit Replay(const Cursor& from) : from_(from) {}

  bool is_new(Stream stream, int64_t timestamp_ns);

 private:
  Cursor from_;
  std::array<bool, 2> over_{};  // All that comes on this stream is new.
  std::array<uint64_t, 2> seen_{};
};

}  // namespace components::loki::source_docker
