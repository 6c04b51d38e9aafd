#include "base/digest.h"

#include <doctest/doctest.h>

TEST_CASE("digest: the standard's own examples") {
  CHECK(base::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(base::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("crc32c: the examples of RFC 3720") {
  std::string rising(32, '\0'), falling(32, '\0');
  for (size_t i = 0; i < 32; ++i) {
    rising[i] = static_cast<char>(i);
    falling[i] = static_cast<char>(31 - i);
  }
  struct Case {
    std::string bytes;
    uint32_t crc;
  };
  for (const auto& c :
       {Case{"", 0}, Case{"123456789", 0xe3069283}, Case{std::string(32, '\0'), 0x8a9136aa},
        Case{std::string(32, '\xff'), 0x62a8ab43}, Case{rising, 0x46dd794e},
        Case{falling, 0x113fdb5c}}) {
    CAPTURE(c.bytes);
    CHECK(base::crc32c(c.bytes) == c.crc);
    CHECK(base::crc32c_by_table(c.bytes) == c.crc);
  }
}

TEST_CASE("crc32c: the instruction and the tables agree, whatever the size and where it is cut") {
  std::string bytes;
  for (size_t i = 0; i < 10'000; ++i) bytes += static_cast<char>(i * i >> 3);
  const std::string_view all(bytes);
  for (const size_t size :
       {0, 1, 7, 8, 1023, 1024, 3071, 3072, 3073, 3080, 6143, 6144, 6145, 10'000}) {
    CAPTURE(size);
    const std::string_view part = all.substr(0, size);
    CHECK(base::crc32c(part) == base::crc32c_by_table(part));
    const size_t cut = size / 3;
    CHECK(base::crc32c(part.substr(cut), base::crc32c(part.substr(0, cut))) == base::crc32c(part));
  }
}

TEST_CASE("digest: secrets that are equal, and not") {
  CHECK(base::same_secret("", ""));
  CHECK(base::same_secret("s3cret", "s3cret"));
  CHECK_FALSE(base::same_secret("s3cret", "s3creT"));
  CHECK_FALSE(base::same_secret("s3cret", "s3cret "));
  CHECK_FALSE(base::same_secret("s3cret", ""));
}
