#include "compiler/migrate/report/escape.h"

#include <doctest/doctest.h>

using namespace compiler::migrate;
using namespace compiler::migrate::report;

TEST_CASE("escape: UTF-8") {
  struct Case {
    std::string_view in, want;
  };
  const Case cases[] = {{"", ""},
                        {"a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x99\x82", "aü€🙂"},
                        {"a\xFFz", "a\uFFFDz"},
                        {"\xC3", "\uFFFD"},
                        {"\xC0\xAF", "\uFFFD\uFFFD"},                      // Overlong.
                        {"\xE0\x80\x80", "\uFFFD\uFFFD\uFFFD"},            // Overlong.
                        {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // A surrogate.
                        {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // Above the last.
                        {"\xE2\x82", "\uFFFD\uFFFD"}};
  for (const auto& c : cases) {
    CAPTURE(c.in);
    CHECK(utf8(c.in) == c.want);
  }
}

TEST_CASE("escape: what a person sees") {
  CHECK(visible("a\x1b[31m\tb\nc\r\x7F\u009B\u202E") ==
        "a\\u{1b}[31m\tb\nc\\u{d}\\u{7f}\\u{9b}\\u{202e}");
  CHECK(visible_line("a\tb\nc") == "a b c");
  CHECK(html("<a href=\"x\">'&'\x01") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;\\u{1}");
}

TEST_CASE("escape: prose of an HTML page") {
  CHECK(html_prose("use `a<b>` or `c`.") == "use <code>a&lt;b&gt;</code> or <code>c</code>.");
  CHECK(html_prose("a ` b <") == "a ` b &lt;");
  CHECK(html_prose("") == "");
}

TEST_CASE("escape: Markdown") {
  CHECK(markdown("a|b *c* _d_ `e` [f](g) ~h~ \\") ==
        "a\\|b \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) \\~h\\~ \\\\");
  CHECK(markdown("<b> &lt; @all #1\nx") == "&#60;b\\> &#38;lt; &#64;all &#35;1 x");
  CHECK(markdown_code("a|b") == "`a\\|b`");
  CHECK(markdown_code("`a``") == "``` `a`` ```");
  CHECK(markdown_code("") == "");
  CHECK(markdown_block("{a=\"b\"}", "logql") == "```logql\n{a=\"b\"}\n```\n");
  CHECK(markdown_block("```\nx\n````", "") == "`````\n```\nx\n````\n`````\n");
}

TEST_CASE("escape: JSON on a terminal") {
  CHECK(json_for_terminals("{\"a\": \"ü\"}") == "{\"a\": \"ü\"}");
  CHECK(json_for_terminals("[\"\x7F\u009B\u202Ex\"]") == "[\"\\u007f\\u009b\\u202ex\"]");
}
