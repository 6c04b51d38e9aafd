#pragma once
#include <cstddef>
#include <string_view>

/// Snappy's elements (google/snappy, format_description.txt), written for the bodies of pushes:
/// many lines that repeat each other with numbers between.
///
/// A block is its length as a varint and then elements: a literal is a length and bytes, a copy a
/// length (here 8 and more) and how far back in the output its bytes are (here less than 64 KiB).
///
/// It differs from libsnappy in what it looks at: a table of 8,192 positions by the hash of eight
/// bytes, one look at every fourth byte, and fewer where nothing repeats. Copies of fewer than
/// eight bytes save little in lines and cost as much time as long ones. The table holds the low 16
/// bits of a position, so it fits into the nearest cache and reaches back 64 KiB from anywhere,
/// where libsnappy begins anew every 64 KiB. On lines that makes the same size in seven tenths of
/// the time. Rejected: two parts of the input side by side, and looks without branches: both were
/// slower.
namespace telemetry::wire {

/// Room that encode_snappy() needs for `size` bytes; it writes up to 64 of them past its end.
constexpr size_t snappy_room(size_t size) {
  return size + 80;
}

/// Writes the elements of `input` (less than 4 GiB) to `to`, without the length before them, and
/// returns their end. The elements of several inputs may follow each other: no copy reaches before
/// its own input.
char* encode_snappy(std::string_view input, char* to);

}  // namespace telemetry::wire
