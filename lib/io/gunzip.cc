#include "io/gunzip.h"

#include <zlib.h>

#include <algorithm>

namespace io {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr size_t kStepBytes = 64 << 10;

}  // namespace

base::Result<std::string> gunzip(std::string_view bytes, size_t bytes_max) {
  z_stream stream{};
  if (::inflateInit2(&stream, kGzipOnly) != Z_OK) return base::fail("gzip: out of memory");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int said = Z_OK;
  while (said == Z_OK && out.size() < bytes_max) {
    const size_t step = std::min(std::max(kStepBytes, out.size()), bytes_max - out.size());
    const size_t before = out.size();
    out.resize(before + step);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(step);
    said = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(before + step - stream.avail_out);
    // Another member may follow, and nothing else may.
    if (said == Z_STREAM_END && stream.avail_in > 0) said = ::inflateReset(&stream);
  }
  ::inflateEnd(&stream);
  if (said == Z_STREAM_END || out.size() == bytes_max) return out;
  return base::fail("gzip: the data {}", said == Z_BUF_ERROR ? "ends early" : "is damaged");
}

}  // namespace io
