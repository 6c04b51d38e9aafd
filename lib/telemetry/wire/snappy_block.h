#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

/// Snappy's raw block format (a length and then literals and copies, no framing), which the push
/// protocols of Loki and Prometheus use for whole bodies.
namespace telemetry::wire {

/// Compresses the pieces as if they stood one after another. Fewer than 4 GiB in all.
std::string compress_block(std::span<const std::string_view> pieces);

/// Fails when the block is not valid or holds more than `bytes_max`; checked before memory is
/// taken.
base::Result<std::string> uncompress_block(std::string_view block, size_t bytes_max);

}  // namespace telemetry::wire
