#pragma once
#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "telemetry/log_batch.h"

namespace support {

/// Largest body after decompression that is accepted.
inline constexpr size_t kPushBytesMax = size_t{256} << 20;

/// Reads a snappy-compressed protobuf push body, as Loki does. Entries come stream by stream, in
/// order. Fails, with what is wrong, on anything that is not a whole valid request.
base::Result<telemetry::LogBatch> decode_push(std::string_view body);
/// As decode_push() without the compression.
base::Result<telemetry::LogBatch> decode_push_message(std::string_view message);
/// Reads {"streams": [{"stream": {...}, "values": [["<ns>", "<line>", {metadata}?], ...]}]}.
base::Result<telemetry::LogBatch> decode_push_json(std::string_view body);

/// Reads `{a="x", b="y"}`.
base::Result<telemetry::Labels> parse_stream_text(std::string_view text);

}  // namespace support
