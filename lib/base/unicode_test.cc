#include "base/unicode.h"

#include <doctest/doctest.h>

#include <vector>

namespace base {

TEST_CASE("unicode: quoted as Go quotes") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& c : std::vector<Case>{
           {"", R"("")"},
           {"a \"b\" \\", R"("a \"b\" \\")"},
           {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
           {std::string_view("\0\x1b\x7f", 3), R"("\x00\x1b\x7f")"},
           {"\xff\xc3", R"("\xff\xc3")"},
           {"\xff\xc0\xaf", R"("\xff\xc0\xaf")"},
           {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
           {"a\xe2\x82", R"("a\xe2\x82")"},
           {"é 世 🌊", R"("é 世 🌊")"},
           {"\u00a0\u00ad\u2028\ufeff\ue000", R"("\u00a0\u00ad\u2028\ufeff\ue000")"},
           {"\u0600\u0378\uffff", R"("\u0600\u0378\uffff")"},
           {"\U000e0001\U0010ffff", R"("\U000e0001\U0010ffff")"},
       }) {
    CAPTURE(c.want);
    std::string out;
    append_quoted(out, c.text);
    CHECK(out == c.want);
  }
}

TEST_CASE("unicode: the case of letters") {
  struct Case {
    uint32_t lower, upper;
  };
  for (const auto& c : std::vector<Case>{{'a', 'A'},
                                         {'z', 'Z'},
                                         {0xE4, 0xC4},
                                         {0xFF, 0x178},
                                         {0x3C3, 0x3A3},
                                         {0x44F, 0x42F},
                                         {0x561, 0x531}}) {
    CAPTURE(c.lower);
    CHECK(to_upper_code_point(c.lower) == c.upper);
    CHECK(to_lower_code_point(c.upper) == c.lower);
  }
  for (const uint32_t none :
       {uint32_t{'['}, uint32_t{'@'}, uint32_t{'`'}, uint32_t{'{'}, uint32_t{0x4E16}}) {
    CHECK(to_upper_code_point(none) == none);
    CHECK(to_lower_code_point(none) == none);
  }
}

}  // namespace base
