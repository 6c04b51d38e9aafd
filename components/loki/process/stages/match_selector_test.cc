#include "components/loki/process/stages/match_selector.h"

#include <doctest/doctest.h>

namespace components::loki::process::stages {

TEST_CASE("selector: matchers and line filters") {
  const auto selector = parse_selector(
      "{ app = \"x\\\"y\", level!~`debug|trace`, } |= \"a\" != \"b\" |~ `c+` !~ \"d\"");
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
       {Case{"", "expected { at character 1"}, Case{"app", "expected {"},
        Case{"{}", "at least one label"}, Case{"{a}", "expected =, !=, =~ or !~ at character 3"},
        Case{"{a=b}", "quoted text at character 4"}, Case{"{a=\"b}", "without an end"},
        Case{"{a=\"b\" c=\"d\"}", "expected , or } at character 8"}, Case{"{=\"b\"}", "label name"},
        Case{"{a=~\"(\"}", "bad regex"}, Case{"{a=\"b\"} x", "line filter"},
        Case{"{a=\"b\"} | json", "line filter"}, Case{"{a=\"\\z\"}", "unknown escape"}}) {
    CAPTURE(c.text);
    const auto selector = parse_selector(c.text);
    REQUIRE_FALSE(selector.has_value());
    CAPTURE(selector.error().message);
    CHECK(selector.error().message.find(c.part) != std::string::npos);
  }
}

}  // namespace components::loki::process::stages
