#include "telemetry/wire/content_coding.h"

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/ensure.h"
#include "base/text.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

using Decoded = tl::expected<std::string, CodingError>;

tl::unexpected<CodingError> damaged(std::string_view what) {
  return tl::unexpected(CodingError{false, "the body is not whole " + std::string(what)});
}

tl::unexpected<CodingError> too_large(size_t bytes_max) {
  return tl::unexpected(
      CodingError{true, "the body is larger than " + std::to_string(bytes_max) + " bytes"});
}

/// Room for more output; false: there is as much as there may be.
bool grow(std::string& out, size_t bytes_max) {
  constexpr size_t kFirst = 16 << 10;
  // One byte more than allowed tells a body of exactly that size from a larger one.
  if (out.size() > bytes_max) return false;
  out.resize(std::min(std::max(out.size() * 2, kFirst), bytes_max + 1));
  return true;
}

/// zlib's window bits for each format.
constexpr int kGzipBits = 15 + 16;
constexpr int kZlibBits = 15;

class Inflate {
 public:
  explicit Inflate(int window_bits) { ENSURE(inflateInit2(&stream_, window_bits) == Z_OK); }
  ~Inflate() { inflateEnd(&stream_); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  Decoded run(std::string_view body, size_t bytes_max) {
    std::string out;
    size_t size = 0;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream_.avail_in = static_cast<uInt>(body.size());
    while (true) {
      if (size == out.size() && !grow(out, bytes_max)) return too_large(bytes_max);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + size);
      stream_.avail_out = static_cast<uInt>(out.size() - size);
      const int result = inflate(&stream_, Z_NO_FLUSH);
      size = out.size() - stream_.avail_out;
      if (size > bytes_max) return too_large(bytes_max);
      if (result == Z_STREAM_END) {
        if (stream_.avail_in == 0) break;
        if (inflateReset(&stream_) != Z_OK) return damaged("gzip");
      } else if (result != Z_OK || (stream_.avail_in == 0 && stream_.avail_out > 0)) {
        return damaged("gzip or deflate");
      }
    }
    out.resize(size);
    return out;
  }

 private:
  z_stream stream_{};
};

Decoded decode_zstd(std::string_view body, size_t bytes_max) {
  // A frame may ask for a window of gigabytes: so large as the body may be is enough.
  constexpr int kWindowLogMax = 27;
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     ZSTD_freeDCtx);
  ENSURE(context != nullptr);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  std::string out;
  size_t size = 0;
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  size_t left_of_frame = 1;
  while (true) {
    if (size == out.size() && !grow(out, bytes_max)) return too_large(bytes_max);
    ZSTD_outBuffer to{out.data(), out.size(), size};
    left_of_frame = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(left_of_frame) != 0) return damaged("zstd");
    size = to.pos;
    if (size > bytes_max) return too_large(bytes_max);
    if (in.pos == in.size && size < out.size()) break;
  }
  if (left_of_frame != 0) return damaged("zstd");
  out.resize(size);
  return out;
}

Decoded decode_snappy(std::string_view body, size_t bytes_max) {
  auto content = is_snappy_framed(body) ? uncompress_frames(body, bytes_max)
                                        : uncompress_block(body, bytes_max);
  if (content) return std::move(*content);
  size_t claimed = 0;
  const bool is_too_large =
      snappy::GetUncompressedLength(body.data(), body.size(), &claimed) && claimed > bytes_max;
  return tl::unexpected(CodingError{is_too_large, content.error().message});
}

std::string deflate_all(std::span<const std::string_view> pieces, int window_bits) {
  z_stream stream{};
  ENSURE(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) ==
         Z_OK);
  size_t total = 0;
  for (const std::string_view piece : pieces) total += piece.size();
  std::string out(deflateBound(&stream, total), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (const std::string_view piece : pieces) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    ENSURE(deflate(&stream, Z_NO_FLUSH) == Z_OK || stream.avail_in == 0);
  }
  ENSURE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string joined(std::span<const std::string_view> pieces) {
  std::string all;
  for (const std::string_view piece : pieces) all += piece;
  return all;
}

std::string encode_zstd(const std::string& body) {
  std::string out(ZSTD_compressBound(body.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), 1);
  ENSURE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

}  // namespace

std::optional<Coding> coding_of(std::string_view name) {
  const std::string lower = base::to_lower(name);
  if (lower.empty() || lower == "identity" || lower == "none") return Coding::none;
  if (lower == "gzip") return Coding::gzip;
  if (lower == "deflate" || lower == "zlib") return Coding::zlib;
  if (lower == "zstd") return Coding::zstd;
  if (lower == "snappy" || lower == "x-snappy-framed") return Coding::snappy;
  return std::nullopt;
}

std::string_view name_of(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return "gzip";
    case Coding::zlib:
      return "deflate";
    case Coding::zstd:
      return "zstd";
    case Coding::snappy:
      return "snappy";
    case Coding::none:
      break;
  }
  return {};
}

Decoded decode_body(Coding coding, std::string body, size_t bytes_max) {
  switch (coding) {
    case Coding::none:
      if (body.size() > bytes_max) return too_large(bytes_max);
      return body;
    case Coding::gzip:
      return Inflate(kGzipBits).run(body, bytes_max);
    case Coding::zlib:
      return Inflate(kZlibBits).run(body, bytes_max);
    case Coding::zstd:
      return decode_zstd(body, bytes_max);
    case Coding::snappy:
      return decode_snappy(body, bytes_max);
  }
  return damaged("anything that is known");
}

std::string encode_body(Coding coding, std::span<const std::string_view> pieces) {
  switch (coding) {
    case Coding::none:
      break;
    case Coding::gzip:
      return deflate_all(pieces, kGzipBits);
    case Coding::zlib:
      return deflate_all(pieces, kZlibBits);
    case Coding::zstd:
      return encode_zstd(joined(pieces));
    case Coding::snappy:
      return compress_block(pieces);
  }
  return joined(pieces);
}

}  // namespace telemetry::wire
