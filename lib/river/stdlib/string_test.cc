#include "river/stdlib/testing.h"

using namespace river;
using namespace river::stdlib;

TEST_CASE("string: join, replace, split") {
  check_all({{R"(string.join(["a", 1, 2.5, null], ","))", R"("a,1,2.5,")"},
             {R"(string.join([], ","))", R"("")"},
             {R"(string.replace("banana", "an", "x"))", R"("bxxa")"},
             {R"(string.replace("aé", "", "-"))", R"("-a-é-")"},
             {R"(string.replace("", "", "-"))", R"("-")"},
             {R"(string.split("a,b,,c", ","))", R"(["a", "b", "", "c"])"},
             {R"(string.split("", ","))", R"([""])"},
             {R"(string.split("", ""))", "[]"},
             {R"(string.split("aé世", ""))", R"(["a", "é", "世"])"},
             {R"(string.split(10.5, "."))", R"(["10", "5"])"}});
}

TEST_CASE("string: nested calls cannot multiply a text without end") {
  std::string text = "\"abcdefgh\"";
  for (int i = 0; i < 12; ++i) text = "string.replace(" + text + ", \"\", \"abcdefgh\")";
  CHECK(shown(text) == "string.replace gives too long a result");
  text = "\"abcdefgh\"";
  for (int i = 0; i < 90; ++i) text = "encoding.to_base64(" + text + ")";
  CHECK(shown(text) == "encoding.to_base64 gives more than 4194304 bytes");
  CHECK(shown(R"(string.format("%999999d", string.split(string.format("%50d", 1), "")))") ==
        "string.format gives too long a result");
}

TEST_CASE("string: case") {
  check_all({{R"(string.to_upper("straße é ǆ"))", R"("STRAßE É Ǆ")"},
             {R"(string.to_lower("ÀÉ İ Σ"))", R"("àé i σ")"},
             {R"(string.to_upper("a\xff"))", R"("A�")"}});
}

TEST_CASE("string: trimming") {
  check_all({{R"(string.trim("xxaxx", "x"))", R"("a")"},
             {R"(string.trim("éaé世", "世é"))", R"("a")"},
             {R"(string.trim("aaa", "a"))", R"("")"},
             {R"(string.trim("a", ""))", R"("a")"},
             {R"(string.trim_prefix("aab", "a"))", R"("ab")"},
             {R"(string.trim_prefix("ab", "b"))", R"("ab")"},
             {R"(string.trim_suffix("abb", "b"))", R"("ab")"},
             {R"(string.trim_space("\u00a0\t a b\u2003\n"))", R"("a b")"}});
}

TEST_CASE("string: format") {
  check_all(
      {{R"_(string.format("%d %s %v", 1, "a", true))_", R"_("1 a true")_"},
       {R"_(string.format("%5.2f|%-5d|%05d|%+d", 3.14159, 42, -42, 7))_",
        R"_(" 3.14|42   |-0042|+7")_"},
       {R"_(string.format("%x %X %o %b %c %q %U", 255, 255, 8, 5, 65, 65, 65))_",
        R"_("ff FF 10 101 A 'A' U+0041")_"},
       {R"_(string.format("%q %x %.2s", "a\"b", "hi", "héllo"))_", R"_("\"a\\\"b\" 6869 hé")_"},
       {R"_(string.format("%v %v %v", [1, "a"], {b = 2, a = 1}, null))_",
        R"_("[1 a] map[a:1 b:2] <nil>")_"},
       {R"_(string.format("%v %v %v", 1e8, 1.5, 100000.0))_", R"_("1e+08 1.5 100000")_"},
       {R"_(string.format("%T %T %T %T", 1, 1.0, [], null))_",
        R"_("int float64 []interface {} <nil>")_"},
       {R"_(string.format("%d", "x"))_", R"_("%!d(string=x)")_"},
       {R"_(string.format("%d %d", 1))_", R"_("1 %!d(MISSING)")_"},
       {R"_(string.format("%d", 1, 2, "a"))_", R"_("1%!(EXTRA int=2, string=a)")_"},
       {R"_(string.format("100%"))_", R"_("100%!(NOVERB)")_"},
       {R"_(string.format("%[2]d %[1]d", 1, 2))_", R"_("2 1")_"},
       {R"_(string.format("%*d|%.*f", 5, 1, 2, 3.14159))_", R"_("    1|3.14")_"},
       {R"_(string.format("%[5]d", 1))_", R"_("%!d(BADINDEX)")_"},
       {R"_(string.format("%%"))_", R"_("%")_"},
       {R"_(string.format("%e %G %x", 1234.5, 1e-10, 1.5))_",
        R"_("1.234500e+03 1E-10 0x1.8p+00")_"},
       {R"_(string.format("%#v", {a = [1, "x", null]}))_",
        R"_("map[string]interface {}{\"a\":[]interface {}{1, \"x\", interface {}(nil)}}")_"},
       {R"_(string.format("%6.3v|%t|%z", 3.14159, 1, 2))_",
        R"_("  3.14|%!t(int=1)|%!z(int=2)")_"}});
}
