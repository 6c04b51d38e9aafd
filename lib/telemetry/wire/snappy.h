#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

/// Snappy's two formats: the raw block (a length and then literals and copies), which the push
/// protocols of Loki and Prometheus use for whole bodies, and the framed stream of such blocks.
namespace telemetry::wire {

/// Compresses the pieces as if they stood one after another. Fewer than 4 GiB in all.
std::string compress_block(std::span<const std::string_view> pieces);

/// Fails when the block is not valid or holds more than `bytes_max`; checked before memory is
/// taken.
base::Result<std::string> uncompress_block(std::string_view block, size_t bytes_max);

/// Whether the bytes begin as a stream of snappy's framing format does; a block never does.
bool is_snappy_framed(std::string_view bytes);

/// The content of such a stream (google/snappy, framing_format.txt): chunks with checksums, each at
/// most 64 KiB of content. Fails when it is damaged, ends early or holds more than `bytes_max`.
base::Result<std::string> uncompress_frames(std::string_view stream, size_t bytes_max);

}  // namespace telemetry::wire
