#include "components/loki/process/stages/match.h"

#include <doctest/doctest.h>

namespace components::loki::process::stages {

TEST_CASE("selector: matchers and line filters") {
  const auto selector = parse_selector(
      "{ app = \"x\\\"y\", level!~`debug|trace` } |= \"a\" != \"b\" |~ `c+` !~ \"d\"");
  REQUIRE(selector.has_value());
  REQUIRE(selector->matchers.size() == 2);
  CHECK(selector->matchers[0].name == "app");
  CHECK(selector->matchers[0].condition.text == "x\"y");
  CHECK_FALSE(selector->matchers[0].condition.negated);
  CHECK(selector->matchers[1].condition.regex != nullptr);
  CHECK(selector->matchers[1].condition.negated);
  REQUIRE(selector->line_filters.size() == 4);
  CHECK(selector->line_filters[1].negated);
  CHECK(selector->line_filters[2].regex != nullptr);
  CHECK(selector->line_filters[3].negated);
}

TEST_CASE("selector: mistakes have a place") {
  struct Case {
    std::string_view text, part;
  };
  for (const auto& c :
       {Case{"", " at character 1"}, Case{"app", " at character 1"},
        Case{"{}", "at least one label at character 1"}, Case{"{a}", " at character 3"},
        Case{"{a=b}", " at character 4"}, Case{"{a=\"b}", " at character 4"},
        Case{"{a=\"b\" c=\"d\"}", " at character 8"}, Case{"{=\"b\"}", " at character 2"},
        Case{"{a=~\"(\"}", "bad regex: missing ): "}, Case{"{a=\"b\"} x", " at character 9"},
        Case{"{a=\"b\"} | json", "line filter: |=, !=, |~ or !~ at character 9"},
        Case{"{a=\"b\"} |= ip(\"::1\")", "does not have ip() at character 9"},
        Case{"{a=\"b\"} |= `x` or `y`", "does not have \"or\" at character 9"},
        Case{"{a=\"b\"} |> `<_>x`", "by pattern at character 9"},
        Case{"{a=$b}", "quoted text at character 4"}, Case{"{a=\"\\z\"}", " at character"},
        Case{"rate({a=\"b\"}[1m])", "expected { at character 1"}}) {
    CAPTURE(c.text);
    const auto selector = parse_selector(c.text);
    REQUIRE_FALSE(selector.has_value());
    CAPTURE(selector.error().message);
    CHECK(selector.error().message.find(c.part) != std::string::npos);
  }
}

}  // namespace components::loki::process::stages
