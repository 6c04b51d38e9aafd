#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

/// The encodings of bodies that senders and receivers of telemetry agree on (RFC 9110, 8.4.1).
/// Brotli is not among them: no sender of telemetry has it. Nor is lz4, which the collector takes
/// and nobody sends.
namespace telemetry::wire {

enum class Coding {
  none,
  gzip,
  zlib,  ///< which HTTP calls deflate
  zstd,
  snappy  ///< one block, or the framed format: told apart by its first bytes
};

/// Of a Content-Encoding or a grpc-encoding, in any case; "" and identity are none. Nothing for one
/// that is not known.
std::optional<Coding> coding_of(std::string_view name);
/// What a Content-Encoding says; "" for none.
std::string_view name_of(Coding coding);

/// Why a body could not be decoded.
struct CodingError {
  bool is_too_large = false;
  std::string message;
};

/// The body as it was, of at most `bytes_max` bytes: memory for more is never taken. Streams of
/// several gzip members or zstd frames are one body.
tl::expected<std::string, CodingError> decode_body(Coding coding, std::string body,
                                                   size_t bytes_max);

/// The pieces, one after another, encoded. Of the levels the fastest is taken: what a higher one
/// saves on the wire costs several times the CPU.
std::string encode_body(Coding coding, std::span<const std::string_view> pieces);

}  // namespace telemetry::wire
