#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "logql/words.h"

namespace {

/// A string of a query, read and written again.
std::string rewritten(std::string_view quoted) {
  logql::Text text;
  const auto problem = logql::unquote(quoted, 0, text);
  return problem ? "error" : logql::quoted(text);
}

}  // namespace

TEST_CASE("quote: double quotes, unless backquotes save escapes") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& [text, want] :
       {Case{"", R"("")"}, Case{"kairos", R"("kairos")"}, Case{"a\\d", R"(`a\d`)"},
        Case{"say \"hi\"", R"(`say "hi"`)"}, Case{"a`\\", R"("a`\\")"}, Case{"\r\"", R"("\r\"")"},
        Case{"\t", R"("\t")"}, Case{std::string_view("\0", 1), R"("\x00")"},
        Case{"\x7f", R"("\x7f")"}, Case{"\xff", "\"\xff\""}, Case{"ä", "\"ä\""}}) {
    const std::string_view input = text;
    CAPTURE(input);
    CHECK(logql::quote(input) == want);
  }
}

TEST_CASE("quote: what was read is written so that it reads the same") {
  struct Case {
    std::string_view text, want;
  };
  for (const auto& [text, want] : {
           Case{R"("a\\b")", R"(`a\b`)"},
           Case{R"("a\\$b")", R"("a\\$b")"},  // Grafana escapes values for these quotes
           Case{R"(`a\$b`)", R"(`a\$b`)"},
           Case{R"("\x24job")", R"("\x24job")"},
           Case{R"("\x5b[job]]")", R"("\x5b\x5bjob]]")"},
           Case{R"("$a\x61")", R"("$a\x61")"},
           Case{R"("$a\x24b")", R"("$a\x24b")"},
           Case{"`$a$\rb`", R"("$a\x24b")"},
           Case{R"("\u00e4\U0001F600\377\0")", "error"},
           Case{R"("\u00e4\U0001F600\101")", "\"ä😀A\""},
           Case{R"("\U00110000")", "error"},
           Case{R"("\u12")", "error"},
           Case{R"("\xg0")", "error"},
           Case{R"("\x-1")", "error"},
           Case{R"("\'")", "error"},
           Case{R"('\'"')", R"(`'"`)"},
       }) {
    const std::string_view input = text;
    CAPTURE(input);
    CHECK(rewritten(input) == want);
  }
}
