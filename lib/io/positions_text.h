#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace io {

// The text of a positions file, so that an operator can read it with cat:
//
//     tributary-positions 1
//     <key><TAB><value>
//     ...
//     end <number of entries> <CRC-32 of everything above, 8 hex digits>
//
// Keys and values are escaped: \\ \t \n \r, and \xHH for other control bytes. Sorted by key, so
// equal content gives equal bytes. The closing line tells a torn file from a whole one. A corrupt
// file is never repaired entry by entry: a flipped digit in an offset would pass for a position and
// skip lines.
//
// Rejected: YAML as the reference has it. A NUL-filled or half-written YAML file is either an error
// that keeps the agent from starting or, worse, a valid shorter file.

/// The whole file.
std::string format_positions(const std::map<std::string, std::string, std::less<>>& entries);
/// Entries of a positions file, or what is wrong with it. Accepts nothing but whole files.
base::Result<std::map<std::string, std::string, std::less<>>> parse_positions(
    std::string_view text);

/// A key or a value as it stands in a line.
void append_escaped(std::string& out, std::string_view text);
/// Nothing for a bad escape.
std::optional<std::string> unescaped(std::string_view text);

/// CRC-32 (ISO-HDLC, that of zlib).
uint32_t crc_of(std::string_view bytes);

}  // namespace io
