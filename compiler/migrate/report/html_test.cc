#include "compiler/migrate/report/html.h"

#include <doctest/doctest.h>

#include <string>

using namespace compiler::migrate;
using namespace compiler::migrate::report;

namespace {

std::string shown(const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces)
    out += piece.changed ? "[" + std::string(piece.text) + "]" : std::string(piece.text);
  return out;
}

}  // namespace

TEST_CASE("query diff: words and signs") {
  struct Case {
    std::string_view before, after, want_before, want_after;
  };
  const Case cases[] = {
      {"", "", "", ""},
      {"a", "", "[a]", ""},
      {"{job=\"a\"}", "{job=\"a\"}", "{job=\"a\"}", "{job=\"a\"}"},
      {"{job=\"a\"} |= \"x\"", "{service=\"a\"} |= \"x\"", "{[job]=\"a\"} |= \"x\"",
       "{[service]=\"a\"} |= \"x\""},
      {"{a=\"1\", b=\"2\"}", "{b=\"2\"}", "{[a=\"1\", ]b=\"2\"}", "{b=\"2\"}"},
      {"é x", "ü x", "[é] x", "[ü] x"},
      {"aa", "aaa", "[aa]", "[aaa]"},
      {"x.x", "x.x.x", "x.x", "x.x[.x]"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.before);
    const MarkedPair pair = marked(c.before, c.after);
    CHECK(shown(pair.before) == c.want_before);
    CHECK(shown(pair.after) == c.want_after);
  }
}

TEST_CASE("query diff: long and different texts cost no square") {
  std::string before = "{", after = "{";
  for (int i = 0; i < 20000; ++i) {
    before += "a" + std::to_string(i) + " ";
    after += "b" + std::to_string(i) + " ";
  }
  const MarkedPair pair = marked(before, after);
  REQUIRE(pair.before.size() == 3);  // The brace and the last blank are the same.
  CHECK(pair.before[1].changed);
}
