#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "components/shared/stamps.h"
#include "telemetry/log_batch.h"

namespace components::loki::source_file {

/// Makes one entry of each line in `batch.buffer` (which ends with a line's end, or with a last
/// line that is to be taken as it is). Line feed and one carriage return before it are left out;
/// empty lines count. Entries get label set 0. Copies nothing.
void add_lines(telemetry::LogBatch& batch, Stamps& stamps);

/// Bytes up to and with the last line feed of UTF-16 text that starts at a code unit; 0 for none.
size_t utf16_lines_size(std::string_view bytes, bool big_endian);

/// UTF-8 of UTF-16 text; unpaired surrogates become U+FFFD, an odd last byte is ignored.
std::string utf8_from_utf16(std::string_view bytes, bool big_endian);

}  // namespace components::loki::source_file
