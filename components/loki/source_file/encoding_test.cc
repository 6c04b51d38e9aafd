#include "components/loki/source_file/encoding.h"

#include <doctest/doctest.h>

#include <string>

namespace components::loki::source_file {

TEST_CASE("encoding: every letter of a text arrives, also the last one and one before a bad byte") {
  struct Case {
    std::string_view encoding;
    std::string bytes, want;
  };
  for (const auto& c : {
           // Letters that a mark may follow: Hebrew and Vietnamese.
           Case{"windows-1255", "\xe0\xe1", "\u05d0\u05d1"},
           Case{"windows-1255", "\xe0\xd9\n\xe0", "\u05d0\ufffd\n\u05d0"},
           Case{"windows-1255", "\xe9\xc4", "\ufb1d"},
           Case{"windows-1258", "a", "a"},
           Case{"windows-1258", "a\xec", "\u00e1"},
           // Bytes that mean something behind a shift, and a bad one between.
           Case{"ISO-2022-JP",
                "\x1b$B8l\xff"
                "8l\x1b(B.",
                "\u8a9e\ufffd\u8a9e."},
           Case{"ISO-2022-JP", "\x1b$B8l", "\u8a9e"},
           Case{"Shift_JIS", "\x82", "\ufffd"},
           Case{"windows-1252", "\x80", "\u20ac"},
       }) {
    CAPTURE(c.encoding);
    CAPTURE(c.bytes);
    const auto encoding = encoding_from_name(c.encoding);
    REQUIRE(encoding.has_value());
    REQUIRE(check_converter(*encoding).has_value());
    CHECK(to_utf8(std::string(c.bytes), *encoding) == c.want);
  }
}

}  // namespace components::loki::source_file
