#include "base/crc32c.h"

#include <doctest/doctest.h>

#include <numeric>
#include <string>

namespace base {

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
    CHECK(crc32c(c.bytes) == c.crc);
    CHECK(crc32c_by_table(c.bytes) == c.crc);
  }
}

}  // namespace base
