#include <doctest/doctest.h>

#include "components/loki/process/fixture.h"

namespace components::loki::process::stages {

TEST_CASE("stage.split_json: arrays become entries, all else passes") {
  struct Case {
    std::string_view in, want;  ///< what comes out has a | behind each line
  };
  for (const Case& c : {
           Case{R"( [{"a": 1}, [2,3] , "x\"y","z", 1.50, null ] )",
                R"({"a": 1}|[2,3]|"x\"y"|"z"|1.50|null|)"},
           Case{"[7]", "7|"},
           Case{"[]", ""},
           Case{"[ ]", ""},
           Case{"[1,]", "[1,]|"},
           Case{"[1] tail", "[1] tail|"},
           Case{R"({"a":[1]})", R"({"a":[1]}|)"},
           Case{"text", "text|"},
           Case{"", "|"},
       }) {
    CAPTURE(c.in);
    Fixture fixture("stage.split_json { }");
    CHECK(fixture.checked.messages == "");
    const auto batch = fixture.process(lines({std::string(c.in)}));
    std::string got;
    for (const auto& entry : batch.entries) got += std::string(batch.line(entry)) + "|";
    CHECK(got == c.want);
    const auto made =
        fixture.counted("tributary_component_created_total{component_id=\"t\",unit=\"lines\"}");
    const auto dropped = fixture.counted(
        "loki_process_dropped_lines_total{component_id=\"t\",reason=\"split_json_stage\"}");
    CHECK(1 + made == batch.entries.size() + dropped);
  }
}

TEST_CASE("stage.split_json: parts have what the whole had, and keep its place") {
  const std::string_view stages = R"r(
    stage.json { expressions = { list = "", app = "" } }
    stage.structured_metadata { values = { app = "" } }
    stage.match {
      selector = "{job=\"j\"} |= \"list\""
      stage.split_json { source = "list" }
      stage.json { expressions = { n = "" } }
      stage.structured_metadata { values = { n = "" } }
    }
    stage.labels { values = { app = "" } })r";
  Fixture fixture(stages);
  CHECK(fixture.checked.messages == "");
  CHECK(fixture.run({"before", R"({"app":"x","list":[{"n":1},{"n":2},3]})", "after"}, true) ==
        "1 {job=\"j\"} before\n"
        "2 {app=\"x\", job=\"j\"} [app=x] [n=1] {\"n\":1}\n"
        "2 {app=\"x\", job=\"j\"} [app=x] [n=2] {\"n\":2}\n"
        "2 {app=\"x\", job=\"j\"} [app=x] 3\n"
        "3 {job=\"j\"} after\n");
}

}  // namespace components::loki::process::stages
