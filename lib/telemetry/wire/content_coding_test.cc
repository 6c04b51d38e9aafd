#include "telemetry/wire/content_coding.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/digest.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

constexpr Coding kAllCodings[] = {Coding::none, Coding::gzip, Coding::zlib, Coding::zstd,
                                  Coding::snappy};

std::string encode(Coding coding, std::string_view body) {
  return encode_body(coding, {&body, 1});
}

/// A chunk of snappy's framing format, with the checksum that belongs to `content`.
std::string chunk(char type, std::string_view body, std::string_view content) {
  const uint32_t crc = base::crc32c(content);
  const uint32_t masked = (crc >> 15 | crc << 17) + 0xa282ead8U;
  const uint32_t size = static_cast<uint32_t>(body.size() + sizeof masked);
  std::string out(1, type);
  out.append(reinterpret_cast<const char*>(&size), 3);
  out.append(reinterpret_cast<const char*>(&masked), sizeof masked);
  return out.append(body);
}

const std::string kStreamHead("\xff\x06\x00\x00sNaPpY", 10);

}  // namespace

TEST_CASE("content coding: what was encoded comes back") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * i) + ' ';
  const std::string_view pieces[] = {"a", "", text, "z"};
  for (const Coding coding : kAllCodings) {
    CAPTURE(static_cast<int>(coding));
    CHECK(decode_body(coding, encode_body(coding, pieces), 1 << 20).value() == "a" + text + "z");
    CHECK(decode_body(coding, encode(coding, ""), 1 << 20).value().empty());
  }
}

TEST_CASE("content coding: the largest body passes, one byte more does not") {
  for (const Coding coding : kAllCodings) {
    CAPTURE(static_cast<int>(coding));
    CHECK(decode_body(coding, encode(coding, std::string(100'000, 'x')), 100'000).has_value());
    const auto larger = decode_body(coding, encode(coding, std::string(100'001, 'x')), 100'000);
    REQUIRE_FALSE(larger.has_value());
    CHECK(larger.error().is_too_large);
  }
}

TEST_CASE("content coding: a bomb is refused at the limit") {
  const std::string zeros(64 << 20, '\0');
  for (const Coding coding : {Coding::gzip, Coding::zlib, Coding::zstd, Coding::snappy})
    CHECK(decode_body(coding, encode(coding, zeros), 1 << 20).error().is_too_large);
}

TEST_CASE("content coding: a body that is cut is refused, wherever") {
  for (const Coding coding : {Coding::gzip, Coding::zlib, Coding::zstd, Coding::snappy}) {
    CAPTURE(static_cast<int>(coding));
    const std::string whole = encode(coding, "some text that is long enough, text, text, text");
    for (size_t size = 0; size < whole.size(); ++size) {
      const auto cut = decode_body(coding, whole.substr(0, size), 1 << 20);
      REQUIRE_FALSE(cut.has_value());
      CHECK_FALSE(cut.error().is_too_large);
    }
  }
}

TEST_CASE("content coding: members in a row are one body, and what is behind them is damage") {
  for (const Coding coding : {Coding::gzip, Coding::zstd}) {
    const std::string two = encode(coding, "one, ") + encode(coding, "two");
    CHECK(decode_body(coding, two, 100).value() == "one, two");
    CHECK_FALSE(decode_body(coding, two + "tail", 100).has_value());
  }
  std::string wrong_crc = encode(Coding::gzip, "text");
  wrong_crc[wrong_crc.size() - 6] ^= 1;
  CHECK_FALSE(decode_body(Coding::gzip, wrong_crc, 100).has_value());
  CHECK_FALSE(decode_body(Coding::gzip, "text", 100).has_value());
}

TEST_CASE("content coding: snappy's framed format is told from a block") {
  const std::string_view text = "framed, framed, framed";
  const std::string packed = compress_block({&text, 1});
  const auto decode = [](std::string body) { return decode_body(Coding::snappy, body, 30); };
  CHECK(decode(kStreamHead).value().empty());
  CHECK(
      decode(kStreamHead + chunk('\x00', packed, text) + chunk('\x01', "plain", "plain")).value() ==
      "framed, framed, framedplain");
  CHECK(decode(kStreamHead + chunk('\xfe', "padding", "") + chunk('\x01', "plain", "plain"))
            .value() == "plain");
  CHECK_FALSE(decode(kStreamHead + chunk('\x01', "plain", "other")).has_value());
  CHECK_FALSE(decode(kStreamHead + chunk('\x02', "plain", "plain")).has_value());
  CHECK_FALSE(
      decode(kStreamHead + chunk('\x00', packed, text) + chunk('\x00', packed, text)).has_value());
}

TEST_CASE("content coding: names as they stand in headers") {
  CHECK(coding_of("") == Coding::none);
  CHECK(coding_of("Identity") == Coding::none);
  CHECK(coding_of("GZIP") == Coding::gzip);
  CHECK(coding_of("deflate") == Coding::zlib);
  CHECK(coding_of("zstd") == Coding::zstd);
  CHECK(coding_of("snappy") == Coding::snappy);
  CHECK_FALSE(coding_of("br").has_value());
}

}  // namespace telemetry::wire
