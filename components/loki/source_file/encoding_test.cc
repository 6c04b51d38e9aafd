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

TEST_CASE("encoding: all names that the registry has for what is read") {
  for (const char* name : {"ISO_8859-1:1987",
                           "csISOLatin1",
                           "Latin-9",
                           "ISO-8859-6-E",
                           "csISO88598I",
                           "ISO-IR-100",
                           "ECMA-118",
                           "cswindows1252",
                           "PC-Multilingual-850+euro",
                           "csKOI8U",
                           "csMacintosh",
                           "MS936",
                           "Extended_UNIX_Code_Packed_Format_for_Japanese",
                           "csShiftJIS",
                           "Windows-31J",
                           "csEUCKR",
                           "437",
                           "csISO2022JP",
                           "csUTF8",
                           "ANSI_X3.4-1968",
                           "ISO_646.irv:1991",
                           "csUTF16LE"}) {
    CAPTURE(name);
    const auto encoding = encoding_from_name(name);
    REQUIRE(encoding.has_value());
    CHECK(check_converter(*encoding).has_value());
  }
  for (const char* name : {"x", "latin1 l1", "iso88591 ", " ", "UTF-32", "IBM037", "1987"})
    CHECK_FALSE(encoding_from_name(name).has_value());
}

}  // namespace components::loki::source_file
