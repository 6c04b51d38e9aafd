
#include <cstdint>

#include "base/digest.h"
#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

constexpr std::string_view kStreamBegin("\xff\x06\x00\x00sNaPpY", 10);
constexpr size_t kChunkBytesMax = 64 << 10;

enum Chunk : unsigned char { kCompressed = 0x00, kPlain = 0x01, kSkippable = 0x80, kBegin = 0xff };

/// Checksums are stored so that they differ from those of streams within streams.
uint32_t masked(uint32_t crc) {
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

base::Result<std::string> content_of(Chunk type, std::string_view body) {
  ByteReader in(body);
  const auto crc = in.fixed<uint32_t>();
  auto content = type == kCompressed ? uncompress_block(in.rest(), kChunkBytesMax)
                                     : base::Result<std::string>(std::string(in.rest()));
  if (!content) return content;
  if (!in.ok() || content->size() > kChunkBytesMax || masked(base::crc32c(*content)) != crc)
    return base::fail("snappy: a chunk is damaged");
  return content;
}

}  // namespace

bool is_snappy_framed(std::string_view bytes) {
  return bytes.starts_with(kStreamBegin);
}

base::Result<std::string> uncompress_frames(std::string_view stream, size_t bytes_max) {
  std::string out;
  ByteReader in(stream);
  while (!in.rest().empty()) {
    const auto head = in.fixed<uint32_t>();  // A byte of type, three of length.
    const auto type = static_cast<Chunk>(head & 0xff);
    const std::string_view body = in.take(head >> 8);
    if (!in.ok()) return base::fail("snappy: the stream ends in the middle");
    if (type >= kSkippable) continue;
    if (type != kCompressed && type != kPlain) return base::fail("snappy: an unknown chunk");
    auto content = content_of(type, body);
    if (!content) return content;
    if (content->size() > bytes_max - out.size())
      return base::fail("snappy: more than {} bytes", bytes_max);
    out += *content;
  }
  return out;
}

}  // namespace telemetry::wire
