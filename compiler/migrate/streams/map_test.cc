#include "compiler/migrate/streams/map.h"

#include <doctest/doctest.h>

#include "compiler/migrate/streams/state.h"
#include "river/diag/render.h"
#include "tests/support/folder.h"

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

using support::Folder;

TEST_CASE("map: labels written by hand") {
  const auto mapping = [] {
    compiler::emit::Run run;
    return read_map("tests/golden/migrate_map/foreign.yml", run);
  }();
  REQUIRE(mapping);
  REQUIRE(mapping->changes.size() == 2);
  const Change& kairos = mapping->changes[0];
  CHECK(kairos.host == "puck");
  CHECK(kairos.service == "kairos");
  REQUIRE(kairos.before.size() == 1);
  CHECK(kairos.before[0].text() ==
        "{container_name=\"kairos-…\", host=\"puck\", job=\"kairos\", "
        "service_name=\"kairos-…\"}");
  CHECK(kairos.before[0].mechanism == Mechanism::foreign);
  REQUIRE(kairos.after.size() == 1);
  CHECK(kairos.after[0].text() ==
        "{component=\"app\"|\"worker\", container=\"kairos-…-1\", level=\"info\"|nothing, "
        "service=\"kairos\", service_name=\"kairos\"}");
  CHECK(mapping->changes[1].before.size() == 2);
  CHECK(mapping->changes[1].before[1].text() == "{job=\"2*2\", service_name=\"2*2\"}");
  CHECK(mapping->changes[1].after.empty());
  REQUIRE(mapping->unchanged.size() == 1);
  CHECK(mapping->unchanged[0].text() == "{job=\"systemd\", service_name=\"systemd\", unit=\"…\"}");
}

TEST_CASE("map: mistakes have places") {
  struct Case {
    std::string_view text, want;
  };
  for (const Case& c : {
           Case{"hosts: []\n", "map.yml:1:8: error[F004]: hosts must be a map, not a list"},
           Case{"host: {}\n", "map.yml:1:1: error[F005]: a mapping has no key \"host\" here"},
           Case{"hosts: {p: {s: {before: {}}}}\n",
                "map.yml:1:16: error[F006]: \"after\" is missing here"},
           Case{"hosts: {p: {s: {before: {a-b: x}, after: []}}}\n",
                "map.yml:1:26: error[C024]: \"a-b\" is not a label name"},
           Case{"hosts: {p: {s: {before: {a: yes}, after: []}}}\n",
                "map.yml:1:29: error[F004]: a must be text, not"},
           Case{"hosts: {p: {s: {before: {a: []}, after: []}}}\n",
                "map.yml:1:29: error[F004]: a needs at least one text"},
           Case{"hosts: {p: {s: {before: [x], after: []}}}\n",
                "map.yml:1:26: error[F004]: labels must be a map, not text"},
           Case{"a: [\n", "error[F001]: not valid YAML"},
       }) {
    Folder folder;
    folder.write("map.yml", c.text);
    compiler::emit::Run run;
    CAPTURE(c.text);
    CHECK(!read_map(folder.path() / "map.yml", run));
    REQUIRE(run.diagnostics.size() > 0);
    const std::string shown = river::diag::one_line(run.diagnostics.items()[0], run.sources);
    CAPTURE(shown);
    CHECK(shown.find(c.want) != std::string::npos);
  }
  compiler::emit::Run run;
  CHECK(!read_map("no/such/map.yml", run));
}

}  // namespace
