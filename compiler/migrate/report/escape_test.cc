#include "compiler/migrate/report/escape.h"

#include <doctest/doctest.h>

using namespace compiler::migrate;
using namespace compiler::migrate::report;

TEST_CASE("escape: HTML shows no control characters") {
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
