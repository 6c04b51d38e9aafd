#include "river/stdlib/json.h"
#include "river/stdlib/testing.h"

using namespace river;
using namespace river::stdlib;

namespace {

constexpr std::string_view kDocument = R"({
  "store": {
    "book": [
      {"title": "A", "price": 5, "tags": ["x"], "isbn": "1"},
      {"title": "B", "price": 12.5, "author": {"name": "Q"}},
      {"title": "C", "price": 8, "isbn": null}
    ],
    "a b": {"price": 1}
  },
  "limit": 8
})";

std::string select(std::string_view path) {
  const auto document = read_json(kDocument, JsonNumbers::keep_integers);
  REQUIRE(document.has_value());
  const auto selected = json_path_select(*document, path);
  return selected ? to_text(*selected) : selected.error().message;
}

}  // namespace

TEST_CASE("json_path: names, indexes, slices, wildcards") {
  for (const auto& c : {
           Case{"$.limit", "[8]"},
           Case{".limit", "[8]"},
           Case{"limit", "[8]"},
           Case{"$", ""},
           Case{"$.store.book[0].title", R"(["A"])"},
           Case{"$.store.book[-1].title", R"(["C"])"},
           Case{"$.store.book[7]", "[]"},
           Case{"$.store['a b'].price", "[1]"},
           Case{"$[\"store\"]['book'][1]['author'].name", R"(["Q"])"},
           Case{"$.store.book[*].title", R"(["A", "B", "C"])"},
           Case{"$.store.book[0,2].title", R"(["A", "C"])"},
           Case{"$.store.book[0]['title','price']", R"(["A", 5])"},
           Case{"$.store.book[1:].title", R"(["B", "C"])"},
           Case{"$.store.book[:-1].title", R"(["A", "B"])"},
           Case{"$.store.book[::2].title", R"(["A", "C"])"},
           Case{"$.store.book[::-1].title", R"(["C", "B", "A"])"},
           Case{"$.store.book[0:9223372036854775807:9223372036854775807].title", R"(["A"])"},
           Case{"$.store.book[0:1:0]", "[]"},
           Case{"$..price", "[5, 12.5, 8, 1]"},
           Case{"$..author..name", R"(["Q"])"},
           Case{"$..[0].title", R"(["A"])"},
           Case{"$.nothing.at.all", "[]"},
       }) {
    CAPTURE(c.in);
    if (!c.want.empty()) CHECK(select(c.in) == c.want);
  }
  CHECK(select("$").starts_with("[{\n\tstore = {"));
}

TEST_CASE("json_path: filters") {
  for (const auto& c : {
           Case{"$.store.book[?(@.price < 10)].title", R"(["A", "C"])"},
           Case{"$.store.book[?(@.price <= $.limit)].title", R"(["A", "C"])"},
           Case{"$.store.book[?@.title == 'B'].price", "[12.5]"},
           Case{"$.store.book[?(@.title != \"B\" && @.price > 5)].title", R"(["C"])"},
           Case{"$.store.book[?(@.isbn)].title", R"(["A", "C"])"},
           Case{"$.store.book[?(!@.isbn || @.isbn == null)].title", R"(["B", "C"])"},
           Case{"$.store.book[?(@.author.name =~ \"^Q$\")].title", R"(["B"])"},
           Case{"$.store.book[?(@.title =~ /[AC]/)].price", "[5, 8]"},
           Case{"$.store.book[?((@.price == 5 || @.price == 8) && true)].title", R"(["A", "C"])"},
           Case{"$.store.book[?(@.tags[?(@ == \"x\")])].title", R"(["A"])"},
           Case{"$.store[?(@.price == 1)].price", "[1]"},
       }) {
    CAPTURE(c.in);
    CHECK(select(c.in) == c.want);
  }
}

TEST_CASE("json_path: what cannot be read is said with its place") {
  for (const auto& c : {
           Case{"$.", "path: expected a name at byte 2"},
           Case{"$[", "path: expected an index, a name in quotes, * or a filter at byte 2"},
           Case{"$[0", "path: expected ] at byte 3"},
           Case{"$['a", "path: unterminated string at byte 4"},
           Case{"$.a b", "path: expected . or [ at byte 3"},
           Case{"$[?(@.a ==)]",
                "path: expected @, $, a string, a number, true, false or null at byte 10"},
           Case{"$[?(@.a =~ '[')]", "path: regular expression: missing ]: [ at byte 14"},
           Case{"$[99999999999999999999]", "path: index out of range at byte 2"},
       }) {
    CAPTURE(c.in);
    CHECK(select(c.in) == c.want);
  }
  std::string nested = "$";
  for (int i = 0; i < 5000; ++i) nested += "[?(@";
  CHECK(select(nested).starts_with("path: nested too deeply"));
  CHECK(select("$[?" + std::string(5000, '!') + "@]").starts_with("path: nested too deeply"));
}

TEST_CASE("json_path: as a function") {
  check_all(
      {{R"(json_path("{\"a\": [{\"x\": \"y\", \"z\": 3}]}", ".a[?(@.x == \"y\")].z"))", "[3]"},
       {R"(json_path("{", ".a"))", "json_path json: expected a string as key at byte 1"},
       {R"(json_path("{}", "["))",
        "json_path path: expected an index, a name in quotes, * or a filter at byte 1"}});
}
