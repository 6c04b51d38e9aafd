#include "components/discovery/shared/target_groups.h"

#include <doctest/doctest.h>

namespace components::discovery {

TEST_CASE("target groups: JSON") {
  const auto targets = read_target_groups(
      R"([{"targets": ["a:1", "b:2"], "labels": {"env": "x"}}, {"targets": ["c:3"]},)"
      R"( {"targets": [], "labels": null}, {"labels": {"y": "z"}}])",
      GroupSyntax::json);
  REQUIRE(targets);
  REQUIRE(targets->size() == 3);
  CHECK((*targets)[1].labels() ==
        river::schema::Target::Labels{{"__address__", "b:2"}, {"env", "x"}});
  CHECK((*targets)[2].labels() == river::schema::Target::Labels{{"__address__", "c:3"}});
  struct Case {
    const char* json;
    const char* error;
  };
  for (const auto& wrong :
       std::vector<Case>{{"", "not JSON"},
                         {"[", "not JSON"},
                         {"{}", "not a list of target groups"},
                         {"[1]", "group 0: it is not an object"},
                         {R"([{}, {"targets": "a"}])", "group 1: \"targets\" is not a list"},
                         {R"([{"targets": [1]}])", "group 0: a target is not a string"},
                         {R"([{"labels": []}])", "group 0: \"labels\" is not an object"},
                         {R"([{"labels": {"a": 1}}])", "group 0: label \"a\" is not a string"}}) {
    CAPTURE(wrong.json);
    const auto bad = read_target_groups(wrong.json, GroupSyntax::json);
    REQUIRE(!bad);
    CHECK(bad.error().message == wrong.error);
  }
}

TEST_CASE("target groups: YAML") {
  const auto targets = read_target_groups(
      "- targets: [a:1, 'b:2']\n  labels: {env: x, port: 80, yes: true}\n- targets:\n  - c\n",
      GroupSyntax::yaml);
  REQUIRE(targets);
  REQUIRE(targets->size() == 3);
  CHECK((*targets)[1].labels() ==
        river::schema::Target::Labels{
            {"__address__", "b:2"}, {"env", "x"}, {"port", "80"}, {"yes", "true"}});
  CHECK((*targets)[2].labels() == river::schema::Target::Labels{{"__address__", "c"}});
  CHECK(read_target_groups("", GroupSyntax::yaml)->empty());
  CHECK(read_target_groups("[]", GroupSyntax::yaml)->empty());
  for (const char* wrong :
       {"targets: [a]", "- a", "- targets: a", "- targets: [[a]]", "- labels: {a: [b]}", "- \t:"}) {
    CAPTURE(wrong);
    CHECK_FALSE(read_target_groups(wrong, GroupSyntax::yaml));
  }
}

}  // namespace components::discovery
