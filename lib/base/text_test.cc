#include "base/text.h"

#include <doctest/doctest.h>

namespace base {

TEST_CASE("text: a JSON string of any bytes is UTF-8") {
  struct Case {
    std::string_view in, want;
  };
  for (const auto& c :
       {Case{"plain", "\"plain\""}, Case{"a\"b\\c\n\t", R"("a\"b\\c\n\t")"},
        Case{"\x01\x7f", "\"\\u0001\x7f\""}, Case{"żółw", "\"żółw\""},
        Case{"a\xff\xfe", "\"a\uFFFD\uFFFD\""}, Case{"\xe2\x82", "\"\uFFFD\uFFFD\""},
        Case{"\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\""}}) {
    CAPTURE(c.in);
    std::string out;
    append_json_string(out, c.in);
    CHECK(out == c.want);
    CHECK(is_utf8(out));
  }
}

TEST_CASE("text: a byte that is not UTF-8 is seen wherever it is, in texts of all lengths") {
  for (size_t size = 1; size < 34; ++size)
    for (size_t at = 0; at < size; ++at) {
      CAPTURE(size);
      CAPTURE(at);
      const std::string before(at, 'a');
      const std::string after(size - at - 1, 'z');
      CHECK(is_utf8(before + "a" + after));
      CHECK(is_utf8(before + "\u00e4" + after));
      CHECK(is_utf8(before + "\U0001f600" + after));
      CHECK_FALSE(is_utf8(before + "\xff" + after));
      CHECK_FALSE(is_utf8(before + "\xc3" + after));
      CHECK_FALSE(is_utf8(before + "\xa4" + after));
    }
}

TEST_CASE("text: blanks at both ends, letters in any case") {
  CHECK(trimmed(" \t\r\n\v\f a b \n") == "a b");
  CHECK(trimmed(" \n") == "");
  CHECK(trimmed("") == "");
  CHECK(to_lower("AZ@[`az{ \xC3\x84") == "az@[`az{ \xC3\x84");
  CHECK(equal_in_any_case("Basic", "bASIC"));
  CHECK_FALSE(equal_in_any_case("basic", "basi"));
  CHECK_FALSE(equal_in_any_case("@", "`"));
}

TEST_CASE("text: label names") {
  for (const std::string_view good : {"a", "_", "job", "A_1"}) CHECK(is_label_name(good));
  for (const std::string_view bad : {"", "1a", "a-b", "a.b", "ż", "a b"})
    CHECK_FALSE(is_label_name(bad));
}

}  // namespace base
