#include "compiler/migrate/documents/excerpt.h"

#include <doctest/doctest.h>

#include <random>

#include "compiler/migrate/documents/tree.h"

namespace {

using namespace compiler::migrate;
using namespace compiler::migrate::documents;

/// The first string of a file, however deep: through one more JSON text if it holds one.
Excerpt innermost(std::string_view file, bool is_yaml) {
  const Excerpt whole = Excerpt::of_file(file);
  std::vector<Tree> trees;
  std::optional<TreeError> error;
  if (is_yaml) trees = read_yaml(whole, error);
  if (!is_yaml)
    if (auto tree = read_json(whole)) trees.push_back(std::move(*tree));
  if (trees.empty()) return {};
  Value at = trees[0].root();
  while (at.begin() != at.end()) at = *at.begin();
  const Excerpt text = at.excerpt();
  if (!text.text().starts_with("{\"")) return text;
  const auto inner = read_json(text);
  return inner ? (*inner->root().begin()).excerpt() : text;
}

struct Shape {
  const char* name;
  bool is_yaml;
  std::string file;
  std::string means;
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> kShapes = {
      {"JSON", false, R"({"expr": "{job=\"kairos\"}", "b": 1})", R"({job="kairos"})"},
      {"JSON escapes", false, R"({"expr": "a\u00e9\ud83d\ude00\n\t\/z\u003d"})", "aé😀\n\t/z="},
      {"JSON lone surrogate", false, R"(["a\ud83dz"])", "a\xEF\xBF\xBDz"},
      {"JSON in JSON", false, R"(["{\"expr\": \"{job=\\\"kairos\\\"}\\n\"}"])",
       "{job=\"kairos\"}\n"},
      {"plain", true, "a: rate({job=\"x\"}[5m])\nb: 1\n", "rate({job=\"x\"}[5m])"},
      {"plain in a list of one line", true, "[abc, d]\n", "abc"},
      {"plain over lines", true, "a: sum(\n    rate(x[5m])\n\n    )\nb: 1\n",
       "sum( rate(x[5m])\n)"},
      {"single quotes", true, "a: '{job=\"it''s\"} |= ''b'''\nb: 1\n", "{job=\"it's\"} |= 'b'"},
      {"single quotes over lines", true, "a: 'one\n    two\n\n\n    three'\n", "one two\n\nthree"},
      {"double quotes", true, "a: \"{job=\\\"x\\\"} \\u00e9\\x41\"\nb: 1\n", "{job=\"x\"} éA"},
      {"double quotes over lines", true, "a: \"one \\\n    \\ two\n    three\"\n",
       "one  two three"},
      {"literal", true, "a: |\n  {job=\"x\"}\n    |= \"y\"\n\n  | json\nb: 1\n",
       "{job=\"x\"}\n  |= \"y\"\n\n| json\n"},
      {"literal, stripped", true, "a: |-\n  {job=\"x\"}\n   | json\n\nb: 1\n",
       "{job=\"x\"}\n | json"},
      {"literal, kept", true, "a: |+\n  x\n\nb: 1\n", "x\n\n"},
      {"literal, indentation given", true, "a: |2\n    x\n  y\nb: 1\n", "  x\ny\n"},
      {"literal, CR LF", true, "a: |\r\n  one\r\n  two\r\nb: 1\r\n", "one\ntwo\n"},
      {"folded", true, "a: >\n  sum(\n  rate(x)\n    more\n\n  )\n  )\nb: 1\n",
       "sum( rate(x)\n  more\n\n) )\n"},
      {"folded, stripped", true, "a: >-\n  one\n  two\n\n  three\nb: 1\n", "one two\nthree"},
      {"JSON in a literal", true,
       "a: |\n  {\"expr\": \"{job=\\\"x\\\"}\\n\",\n   \"b\": 1}\nb: 1\n", "{job=\"x\"}\n"},
      {"JSON in double quotes", true, R"(a: "{\"expr\": \"{job=\\\"x\\\"}\"}")", R"({job="x"})"},
      {"JSON in single quotes", true, R"(a: '{"expr": "{job=\"it''s\"}"}')", R"({job="it's"})"},
      {"anchor and tag", true, "a: &q !!str \"x y\"\nb: *q\n", "x y"},
  };
  return kShapes;
}

TEST_CASE("excerpt: what every encoding means") {
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.name);
    CHECK(innermost(shape.file, shape.is_yaml).text() == shape.means);
  }
}

std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {"service", "\"", "\\", "'",   "{a=\"b\"}", "\n",
                                                 " ",       "é",  "😀",  "%22", ",",         "# x",
                                                 ": ",      "+",  "\t", "\x01"};
  std::string out;
  for (size_t n = random() % 4; n > 0; --n) out += kPieces[random() % std::size(kPieces)];
  return out;
}

/// Offsets that begin a character.
std::vector<uint32_t> boundaries(std::string_view text) {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i <= text.size(); ++i)
    if (i == text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) out.push_back(i);
  return out;
}

TEST_CASE("excerpt: any part can be replaced by anything, and nothing else changes") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const Shape& shape : shapes()) {
    CAPTURE(shape.name);
    const Excerpt excerpt = innermost(shape.file, shape.is_yaml);
    const auto places = boundaries(excerpt.text());
    size_t held = 0;
    for (int round = 0; round < 300; ++round) {
      uint32_t begin = places[random() % places.size()];
      uint32_t end = places[random() % places.size()];
      if (begin > end) std::swap(begin, end);
      const std::string replacement = random_text(random);
      CAPTURE(begin);
      CAPTURE(end);
      CAPTURE(replacement);
      const auto edit = excerpt.replace(begin, end, replacement);
      if (!edit) continue;
      ++held;
      const auto file = apply(shape.file, {*edit});
      REQUIRE(file.has_value());
      CAPTURE(*file);
      std::string expected = excerpt.text();
      expected.replace(begin, end - begin, replacement);
      // A plain scalar that turns into JSON would be read as such by innermost().
      if (!expected.starts_with("{\"")) CHECK(innermost(*file, shape.is_yaml).text() == expected);
      CHECK(file->substr(0, edit->begin) == shape.file.substr(0, edit->begin));
      CHECK(file->ends_with(shape.file.substr(edit->end)));
    }
    CHECK(held > 10);
  }
}

TEST_CASE("excerpt: edits are no larger than what they replace") {
  struct Case {
    std::string file, old, replacement, want;
    bool is_yaml;
  };
  for (const Case& c : {
           Case{R"({"e": "{job=\"kairos\"} |= \"\u003d\""})", "job", "service",
                R"({"e": "{service=\"kairos\"} |= \"\u003d\""})", false},
           {"e: |\n  {job=\"a\"}\n  | json\n", "}\n| json", "}\n# two\n| json",
            "e: |\n  {job=\"a\"}\n  # two\n  | json\n", true},
           {"e: |\r\n  a\r\n  b\r\n", "a", "x\ny", "e: |\r\n  x\r\n  y\r\n  b\r\n", true},
           {"e: '{job=\"x\"}'\n", "x", "it's", "e: '{job=\"it''s\"}'\n", true},
       }) {
    CAPTURE(c.file);
    const Excerpt excerpt = innermost(c.file, c.is_yaml);
    const auto at = static_cast<uint32_t>(excerpt.text().find(c.old));
    const auto edit = excerpt.replace(at, at + static_cast<uint32_t>(c.old.size()), c.replacement);
    REQUIRE(edit.has_value());
    CHECK(apply(c.file, {*edit}) == c.want);
  }
}

TEST_CASE("excerpt: what an encoding cannot hold is refused") {
  struct Case {
    std::string file, replacement;
  };
  for (const Case& c : {Case{"a: plain\n", "two\nlines"},
                        {"a: plain\n", "key: value"},
                        {"a: plain\n", "no # comment"},
                        {"a: 'single'\n", "two\nlines"},
                        {"a: |\n  block\n", ""},
                        {"a: |\n  block\n", "no break at the end"},
                        {"a: >\n  block\n", "two\nlines\n"},
                        {"[flow, x]\n", "a, b"}}) {
    CAPTURE(c.file);
    const Excerpt excerpt = innermost(c.file, true);
    REQUIRE_FALSE(excerpt.text().empty());
    CHECK_FALSE(excerpt.replace(0, static_cast<uint32_t>(excerpt.text().size()), c.replacement)
                    .has_value());
  }
  CHECK_FALSE(Excerpt::read_only("x", 3).replace(0, 1, "y").has_value());
  CHECK(Excerpt::read_only("x", 3).in_file(1) == 3);
}

TEST_CASE("excerpt: a query in an Explore link within JSON") {
  const std::string file =
      R"({"url": "/explore?left=%7B%22expr%22%3A%22%7Bjob%3D%5C%22x%5C%22%7D+a%22%7D&orgId=1"})";
  const Excerpt url = innermost(file, false);
  const auto begin = static_cast<uint32_t>(url.text().find('=') + 1);
  const auto end = static_cast<uint32_t>(url.text().find('&'));
  const auto left = url.decode(begin, end, Encoding::url_query);
  REQUIRE(left.has_value());
  CHECK(left->text() == R"({"expr":"{job=\"x\"} a"})");
  const auto tree = read_json(*left);
  REQUIRE(tree.has_value());
  const Excerpt query = tree->root()["expr"].excerpt();
  CHECK(query.text() == R"({job="x"} a)");
  const auto edit = query.replace(1, 8, "service=\"y\"");
  REQUIRE(edit.has_value());
  const std::string changed = apply(file, {*edit}).value_or("");
  CHECK(changed.find("%7Bservice%3D%5C%22y%5C%22%7D+a%22%7D&orgId=1") != std::string::npos);
}

TEST_CASE("apply: edits in any order, but none over another") {
  CHECK(apply("abcdef", {{4, 5, "E"}, {0, 1, "AA"}, {2, 2, "-"}}) == "AAb-cdEf");
  CHECK(apply("abc", {}) == "abc");
  CHECK(apply("abc", {{1, 2, "x"}, {1, 2, "x"}}) == "axc");
  CHECK_FALSE(apply("abc", {{1, 2, "x"}, {1, 2, "y"}}).has_value());
  CHECK_FALSE(apply("abcdef", {{0, 3, ""}, {2, 4, ""}}).has_value());
  CHECK_FALSE(apply("abc", {{2, 9, ""}}).has_value());
}

}  // namespace
