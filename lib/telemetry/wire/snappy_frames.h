#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace telemetry::wire {

/// Whether the bytes begin as a stream of snappy's framing format does; a block never does.
bool is_snappy_framed(std::string_view bytes);

/// The content of such a stream (google/snappy, framing_format.txt): chunks with checksums, each at
/// most 64 KiB of content. Fails when it is damaged, ends early or holds more than `bytes_max`.
base::Result<std::string> uncompress_frames(std::string_view stream, size_t bytes_max);

}  // namespace telemetry::wire
