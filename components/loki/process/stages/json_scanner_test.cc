#include "components/loki/process/stages/json_scanner.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <random>

namespace components::loki::process::stages {
namespace {

/// What another parser thinks of the text: one JSON object and nothing else.
bool is_object(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(text.data(), text.size());
  return !document.HasParseError() && document.IsObject();
}

std::string scan(std::string_view text, const std::vector<std::string_view>& paths) {
  JsonScanner scanner;
  for (uint32_t i = 0; i < paths.size(); ++i) scanner.want(*parse_json_path(paths[i]), i);
  if (!scanner.scan(text)) return "malformed";
  std::string out;
  for (const JsonFound& found : scanner.found())
    out += fmt::format("{}={} ", found.target, found.raw);
  return out;
}

}  // namespace

TEST_CASE("json scanner: finds what was asked for") {
  struct Case {
    std::string_view text;
    std::vector<std::string_view> paths;
    std::string_view want;
  };
  for (const Case& c : std::vector<Case>{
           {R"({"a":1,"b":"x"})", {"b", "a"}, "1=1 0=x "},
           {R"({"a":{"b":{"c":true}}})", {"a.b.c", "a.b"}, "0=true 1={\"c\":true} "},
           {R"({"a":[10,[20,{"x":30}]]})", {"a[0]", "a[1][1].x"}, "0=10 1=30 "},
           {R"({"a":1,"a":2})", {"a"}, "0=1 0=2 "},
           {R"({"\u0061":1})", {"a"}, "0=1 "},
           {R"({"odd key":1})", {"\"odd key\""}, "0=1 "},
           {R"( { } )", {"a"}, ""},
           {R"({"a":"long enough for the quick way \" and on"})",
            {"a"},
            "0=long enough for the quick way \\\" and on "},
           {"[1]", {"a"}, "malformed"},
           {"", {"a"}, "malformed"},
           {R"({"a":1}x)", {"a"}, "malformed"},
       }) {
    CAPTURE(c.text);
    CHECK(scan(c.text, c.paths) == c.want);
  }
}

TEST_CASE("json scanner: agrees with another parser on what is JSON") {
  const std::string seeds[] = {
      R"({"a":1,"b":[true,false,null,-1.5e+1,"x\u00e9\n"],"c":{"d":{}},"e":[]})",
      R"({"level":"info","msg":"a long text with \"quotes\" and \\ in it","n":0.25,"z":-0})"};
  const std::string alphabet = "{}[]\":,0123456789.eE+-truefalsn\\ub \t\n\x01\x80x";
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[random() % 2];
    for (size_t changes = random() % 3; changes > 0; --changes) {
      const size_t at = random() % text.size();
      if (random() % 2)
        text[at] = alphabet[random() % alphabet.size()];
      else
        text.erase(at, 1 + random() % 3);
    }
    JsonScanner scanner;
    const bool want = is_object(text);
    if (scanner.scan(text) != want) {
      CAPTURE(text);
      CHECK(scanner.scan(text) == want);
    }
  }
}

TEST_CASE("json scanner: a text that ends anywhere is no object, and nothing behind it is read") {
  const std::string whole = R"({"key":"eight888","list":["a",1.5e3,true,null],"o":{"k\u00e4":""}})";
  JsonScanner scanner;
  scanner.want_top_level();
  CHECK(scanner.scan(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    CAPTURE(size);
    CHECK_FALSE(scanner.scan({cut.data(), cut.size()}));  // Exact allocation, for the sanitizers.
  }
}

TEST_CASE("json scanner: nesting is bounded") {
  JsonScanner scanner;
  CHECK_FALSE(scanner.scan("{\"a\":" + std::string(100'000, '[')));
  CHECK(scanner.scan("{\"a\":" + std::string(150, '[') + std::string(150, ']') + "}"));
}

TEST_CASE("json text: values as text") {
  CHECK(unescape_json(R"(a\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00\ud83dx\udc00)") ==
        "a\"\\/\b\f\n\r\tä😀\xef\xbf\xbdx\xef\xbf\xbd");
  CHECK(compact_json(R"({ "a b" : [ 1 , "\" x" ] })") == R"({"a b":[1,"\" x"]})");
  struct Case {
    std::string_view raw, want;
  };
  for (const auto& c :
       {Case{"1", "1"}, Case{"1.50", "1.5"}, Case{"1e3", "1000"}, Case{"-0.0001", "-0.0001"},
        Case{"1e21", "1000000000000000000000"}, Case{"1e999", "1e999"}}) {
    CAPTURE(c.raw);
    CHECK(json_number_text(c.raw) == c.want);
  }
  for (const auto* whole :
       {"-123", "-0", "9007199254740993", "-9223372036854775807", "12345678901234567890"}) {
    CAPTURE(whole);
    CHECK(is_json_integer(whole));
  }
  for (const auto* other : {"1.0", "1e3", "1E3", "-0.5"}) {
    CAPTURE(other);
    CHECK_FALSE(is_json_integer(other));
  }
}

TEST_CASE("json path: what is more than a path is refused") {
  for (std::string_view bad :
       {"", "a.", ".a", "a[", "a[x]", "a[-1]", "a[*]", "a || b", "a.b.c()", "\"a", "a b", "[?x]"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_json_path(bad).has_value());
  }
}

}  // namespace components::loki::process::stages
