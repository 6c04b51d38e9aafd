#include "io/gunzip.h"

#include <doctest/doctest.h>
#include <zlib.h>

namespace io {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("gunzip: the content comes out, up to a bound") {
  const std::string text = "a small text";
  std::string large;
  for (int i = 0; i < 100000; ++i) large += std::to_string(i) + ",";
  CHECK(gunzip(gzip(text), 1000) == text);
  CHECK(gunzip(gzip(""), 1000) == "");
  CHECK(gunzip(gzip(large), 10 << 20) == large);
  CHECK(gunzip(gzip(large), large.size()) == large);
  CHECK(gunzip(gzip(large), 100) == large.substr(0, 100));
  CHECK(gunzip(gzip(std::string(50 << 20, 'x')), 1000)->size() == 1000);
  CHECK(gunzip(gzip(text) + gzip("") + gzip("more"), 1000) == text + "more");
}

TEST_CASE("gunzip: what is damaged or cut is an error") {
  const std::string whole = gzip("a text that is not so small that nothing can be cut from it");
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(gunzip(whole.substr(0, size), 1000));
  }
  std::string damaged = whole;
  damaged[whole.size() / 2] ^= 0x55;
  CHECK_FALSE(gunzip(damaged, 1000));
  CHECK_FALSE(gunzip("plain text", 1000));
  CHECK_FALSE(gunzip(whole + "junk", 1000));
}

}  // namespace io
