#include "base/base64.h"

#include <doctest/doctest.h>

namespace base {

TEST_CASE("base64: there and back") {
  struct Case {
    std::string_view bytes, text;
  };
  // The examples of RFC 4648, section 10.
  for (const auto& c :
       {Case{"", ""}, Case{"f", "Zg=="}, Case{"fo", "Zm8="}, Case{"foo", "Zm9v"},
        Case{"foob", "Zm9vYg=="}, Case{"fooba", "Zm9vYmE="}, Case{"foobar", "Zm9vYmFy"}}) {
    CAPTURE(c.bytes);
    CHECK(base64_encode(c.bytes) == c.text);
    CHECK(base64_decode(c.text) == std::string(c.bytes));
    const auto unpadded = c.text.substr(0, c.text.find('='));
    CHECK(base64_decode(unpadded, Base64::standard, Padding::optional) == std::string(c.bytes));
  }
  CHECK(base64_encode("\xfb\xff", Base64::url) == "-_8=");
  CHECK(base64_decode("-_8=", Base64::url) == std::string("\xfb\xff"));
  CHECK(base64_decode("Zm9v\r\nYmFy\n") == std::string("foobar"));
}

TEST_CASE("base64: what is malformed is refused with its place") {
  struct Case {
    std::string_view text, want;
    Padding padding = Padding::needed;
  };
  for (const auto& c :
       {Case{"Zg", "illegal base64 data at byte 2"}, Case{"Zg=", "illegal base64 data at byte 3"},
        Case{"Z", "illegal base64 data at byte 1", Padding::optional},
        Case{"Zg=", "illegal base64 data at byte 3", Padding::optional},
        Case{"Z!==", "illegal base64 data at byte 1"},
        Case{"Zg==Zg==", "illegal base64 data at byte 4"},
        Case{"-_8=", "illegal base64 data at byte 0"}}) {
    CAPTURE(c.text);
    const auto decoded = base64_decode(c.text, Base64::standard, c.padding);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().message == c.want);
  }
}

}  // namespace base
