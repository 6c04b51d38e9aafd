#include "river/stdlib/json.h"
#include "river/stdlib/testing.h"

using namespace river;
using namespace river::stdlib;

TEST_CASE("encoding: JSON in") {
  check_all(
      {{R"(encoding.from_json("{\"a\": [1, true, null, \"x\"], \"a\": 2}"))", "{\n\ta = 2,\n}"},
       {R"(encoding.from_json(" [1.5e2, -0, {}] "))", "[150, -0, {}]"},
       {R"(encoding.from_json("9007199254740993"))", "9007199254740992"},
       {"encoding.from_json(`\"\\u00e9\\ud83d\\ude00\\n\\/\"`)", R"("é😀\n/")"},
       {"encoding.from_json(`\"\\ud800x\\udc00\"`)", "\"\uFFFDx\uFFFD\""},
       {"encoding.from_json(`\"\\ud800\\u0041\"`)", "\"\uFFFDA\""},
       {R"(encoding.from_json("\"\xff\""))", "\"\uFFFD\""},
       {"encoding.from_json(`1 2`)",
        "encoding.from_json unexpected data after the value at byte 2"},
       {"encoding.from_json(`[1,]`)", "encoding.from_json invalid number at byte 3"},
       {"encoding.from_json(`{\"a\" 1}`)", "encoding.from_json expected : at byte 5"},
       {"encoding.from_json(`01`)", "encoding.from_json unexpected data after the value at byte 1"},
       {"encoding.from_json(`1e999`)", "encoding.from_json number out of range at byte 5"},
       {"encoding.from_json(`nul`)", "encoding.from_json unknown word at byte 0"},
       {"encoding.from_json(`\"\\x\"`)", "encoding.from_json unknown escape at byte 2"},
       {"encoding.from_json(`\"a`)", "encoding.from_json unterminated string at byte 2"},
       {"encoding.from_json(``)", "encoding.from_json invalid number at byte 0"}});
  const std::string deep(100'000, '[');
  CHECK(read_json(deep, JsonNumbers::all_floats).error().message ==
        "nested too deeply at byte 501");
}

TEST_CASE("encoding: JSON out") {
  check_all(
      {{"encoding.to_json({b = [1, 2.5, null, true], a = {}})",
        R"("{\"a\":{},\"b\":[1,2.5,null,true]}")"},
       {"encoding.to_json({a = 1e21, b = 1e20, c = 1e-7, d = 0.000001})",
        R"("{\"a\":1e+21,\"b\":100000000000000000000,\"c\":1e-7,\"d\":0.000001}")"},
       {R"(encoding.to_json({a = "<&>\u2028\x01\"\\\n\xff"}))",
        R"("{\"a\":\"\\u003c\\u0026\\u003e\\u2028\\u0001\\\"\\\\\\n\\ufffd\"}")"},
       {"encoding.to_json([1])", "encoding.to_json should be object, got array"},
       {"encoding.to_json(null)", "encoding.to_json should be object, got null"},
       {"encoding.to_json({f = sys.env})", "encoding.to_json values of type function have no JSON"},
       {"encoding.to_json({a = 1e308 * 10})", "encoding.to_json the number +Inf has no JSON"}});
}

TEST_CASE("encoding: base64 and URLs") {
  check_all(
      {{R"(encoding.to_base64("hi?"))", R"("aGk/")"},
       {R"(encoding.to_URLbase64("hi?"))", R"("aGk_")"},
       {R"(encoding.to_base64("a"))", R"("YQ==")"},
       {R"(string.trim(encoding.from_base64("YW\r\nI="), ""))", R"("ab")"},
       {R"(string.trim(encoding.from_URLbase64("aGk_"), ""))", R"("hi?")"},
       {R"(encoding.from_base64("YQ="))", "encoding.from_base64 illegal base64 data at byte 3"},
       {R"(encoding.from_base64("YQ==YQ=="))",
        "encoding.from_base64 illegal base64 data at byte 4"},
       {R"(encoding.from_base64("a*"))", "encoding.from_base64 illegal base64 data at byte 1"},
       {R"(encoding.from_base64(""))", "[]"},
       {R"(encoding.url_encode("a b&é/~"))", R"("a+b%26%C3%A9%2F~")"},
       {R"(encoding.url_decode("a+b%26%c3%A9"))", R"("a b&é")"},
       {R"(encoding.url_decode("a%zz"))", R"(encoding.url_decode invalid URL escape "%zz")"},
       {R"(encoding.url_decode("a%4"))", R"(encoding.url_decode invalid URL escape "%4")"}});
}

TEST_CASE("encoding: YAML in") {
  check_all(
      {{R"(encoding.from_yaml(""))", "null"},
       {R"(encoding.from_yaml("a: [1, yes, true, ~, 1.5, x]"))",
        "{\n\ta = [1, \"yes\", true, null, 1.5, \"x\"],\n}"},
       {R"(encoding.from_yaml("[0x1F, 0o17, 0b101, 017, 1_000, -5, +3, 18446744073709551615]"))",
        "[31, 15, 5, 15, 1000, -5, 3, 18446744073709551615]"},
       {R"(encoding.from_yaml("9007199254740993"))", "9007199254740993"},
       {R"(encoding.from_yaml("[.inf, -.INF, .nan, 1e3, .5, 08]"))",
        "[+Inf, -Inf, NaN, 1000, 0.5, 8]"},
       {R"(encoding.from_yaml("['1', \"true\", !!str 2, !!binary aGk=, !!float 3]"))",
        R"(["1", "true", "2", "hi", 3])"},
       {R"(encoding.from_yaml("[2020-01-01, 2020-1-2T3:4:5.500+02:00, 2020-01-02 03:04:05]"))",
        R"(["2020-01-01T00:00:00Z", "2020-01-02T03:04:05.5+02:00", "2020-01-02T03:04:05Z"])"},
       {R"(encoding.from_yaml("[2020-02-31, 2020-13-01, 10:20, 1.2.3, -]"))",
        R"(["2020-02-31", "2020-13-01", "10:20", "1.2.3", "-"])"},
       {R"(encoding.from_yaml("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}").d)",
        "{\n\tb = 1,\n\tc = 3,\n}"},
       {R"(encoding.from_yaml("1: a"))", R"(capsule("map[interface {}]interface {}"))"},
       {R"(encoding.from_yaml("a: 1\n---\na: 2").a)", "1"},
       {R"(encoding.from_yaml("a: 1\na: 2"))",
        R"(encoding.from_yaml line 2: mapping key "a" already defined)"},
       {R"(encoding.from_yaml("a: ["))",
        "encoding.from_yaml line 1: end of sequence flow not found"}});
}

TEST_CASE("encoding: YAML that would need endless memory is refused") {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += fmt::format("{0}: &{0} [", c);
    for (int i = 0; i < 9; ++i) bomb += fmt::format("*{},", static_cast<char>(c - 1));
    bomb += "]\n";
  }
  const std::string text = shown("encoding.from_yaml(`" + bomb + "`)");
  CHECK(text.find("too many values; aliases multiply them") != std::string::npos);
  const std::string deep = shown("encoding.from_yaml(`" + std::string(5000, '[') + "`)");
  CHECK(deep.starts_with("encoding.from_yaml line 1:"));
}
