#include "components/discovery/http/http.h"

#include <doctest/doctest.h>

#include "components/discovery/http/target_groups.h"

namespace components::discovery::http {

TEST_CASE("discovery.http: target groups") {
  const auto targets = read_target_groups(
      R"([{"targets": ["a:1", "b:2"], "labels": {"env": "x"}}, {"targets": ["c:3"]},)"
      R"( {"targets": [], "labels": null}, {"labels": {"y": "z"}}])");
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
    const auto bad = read_target_groups(wrong.json);
    REQUIRE(!bad);
    CHECK(bad.error().message == wrong.error);
  }
}

}  // namespace components::discovery::http
