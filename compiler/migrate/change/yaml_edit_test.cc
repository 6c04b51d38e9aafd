#include "compiler/migrate/change/yaml_edit.h"

#include <doctest/doctest.h>

using namespace compiler::migrate;
using namespace compiler::migrate::change;

namespace {

const KeyPath kMigrated = {"telemetry", "docker", "migrated"};

struct Case {
  std::string_view name, before, after;  // after "": refused
};

template <class Edit>
void run(std::initializer_list<Case> cases, const Edit& edit) {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    YamlEditor editor("host_vars/puck.yml", std::string(c.before));
    const auto done = edit(editor);
    CHECK(done.has_value() == !c.after.empty());
    CHECK(editor.text() == (c.after.empty() ? c.before : c.after));
  }
}

TEST_CASE("YamlEditor: an item for a list") {
  run({{"flow list", "telemetry:\n  docker:\n    migrated: [athena]  # done\nx: 1\n",
        "telemetry:\n  docker:\n    migrated: [athena, kairos]  # done\nx: 1\n"},
       {"empty flow list", "telemetry: {docker: {migrated: []}}\n",
        "telemetry: {docker: {migrated: [kairos]}}\n"},
       {"quoted last item", "telemetry:\n  docker:\n    migrated: ['athena', \"b\"]\n",
        "telemetry:\n  docker:\n    migrated: ['athena', \"b\", kairos]\n"},
       {"block list",
        "telemetry:\n  docker:\n    migrated:\n      - athena  # done\n\n# end\nx: 1\n",
        "telemetry:\n  docker:\n    migrated:\n      - athena  # done\n      - kairos\n\n# end\nx: "
        "1\n"},
       {"block list at the key's column", "telemetry:\n  docker:\n    migrated:\n    - athena",
        "telemetry:\n  docker:\n    migrated:\n    - athena\n    - kairos\n"},
       {"no list yet", "telemetry:\n  docker:\n    discovery: true  # all\n    # more\n\nx: 1\n",
        "telemetry:\n  docker:\n    discovery: true  # all\n    migrated: [kairos]\n    # more\n\n"
        "x: 1\n"},
       {"flow map", "telemetry:\n  docker: {discovery: true}\n",
        "telemetry:\n  docker: {discovery: true, migrated: [kairos]}\n"},
       {"flow map that ends with a list", "telemetry: {docker: {dual: [a, b]}}\n",
        "telemetry: {docker: {dual: [a, b], migrated: [kairos]}}\n"},
       {"key without value", "telemetry:\n  docker:\nx: 1\n",
        "telemetry:\n  docker:\n    migrated: [kairos]\nx: 1\n"},
       {"no docker", "telemetry:\n    journal:\n        max_age: 12h\nservices:\n- docker\n",
        "telemetry:\n    journal:\n        max_age: 12h\n    docker:\n      migrated: [kairos]\n"
        "services:\n- docker\n"},
       {"nothing of it", "services:\n- docker\n- kairos\n\n# end\n",
        "services:\n- docker\n- kairos\ntelemetry:\n  docker:\n    migrated: [kairos]\n\n# end\n"},
       {"no line end", "x: 1", "x: 1\ntelemetry:\n  docker:\n    migrated: [kairos]\n"},
       {"CR LF", "telemetry:\r\n  docker:\r\n    discovery: true\r\n",
        "telemetry:\r\n  docker:\r\n    discovery: true\r\n    migrated: [kairos]\r\n"},
       {"block scalar before", "note: |\n  text\n\n  more\n",
        "note: |\n  text\n\n  more\ntelemetry:\n  docker:\n    migrated: [kairos]\n"},
       {"empty file", "---\n", "---\ntelemetry:\n  docker:\n    migrated: [kairos]\n"},
       {"alias: others would change", "a: &a [x]\ntelemetry:\n  docker:\n    migrated: *a\n", ""},
       {"no list", "telemetry:\n  docker:\n    migrated: yes please\n", ""},
       {"items are maps", "telemetry:\n  docker:\n    migrated:\n      - a: 1\n", ""},
       {"not YAML", "telemetry: [\n", ""}},
      [](YamlEditor& editor) { return editor.add_to_list(kMigrated, "kairos"); });
}

TEST_CASE("YamlEditor: a text") {
  run({{"replaced", "telemetry:\n  docker:\n    discovery: false # later\n",
        "telemetry:\n  docker:\n    discovery: true # later\n"},
       {"the same already", "telemetry: {docker: {discovery: true}}",
        "telemetry: {docker: {discovery: true}}"},
       {"made", "services: [docker]\n",
        "services: [docker]\ntelemetry:\n  docker:\n    discovery: true\n"},
       {"a list is there", "telemetry:\n  docker:\n    discovery: [a]\n", ""}},
      [](YamlEditor& editor) {
        return editor.set({"telemetry", "docker", "discovery"}, "true");
      });
  YamlEditor editor("x.yml", "");
  REQUIRE(editor.set({"a b"}, "it's: one"));
  CHECK(editor.text() == "a b: 'it''s: one'\n");
}

TEST_CASE("YamlEditor: a key taken out") {
  run({{"a line", "a: 1\nkairos_syslog_port: 51412  # reserved\nb: 2\n", "a: 1\nb: 2\n"},
       {"with its lines", "kairos_syslog_port:\n  - 1\n  # c\n  - 2\n\nb: 2\n", "\nb: 2\n"},
       {"not there", "a: 1\n", "a: 1\n"},
       {"first of a flow map", "{kairos_syslog_port: 1, b: 2}", "{b: 2}"},
       {"last of a flow map", "{b: 2, kairos_syslog_port: 1}", "{b: 2}"},
       {"only one of a flow map", "{kairos_syslog_port: 1}", "{}"},
       {"an anchor that is used", "kairos_syslog_port: &p 1\nb: *p\n", ""}},
      [](YamlEditor& editor) { return editor.remove({"kairos_syslog_port"}); });
  run({{"maps that are left empty go", "t:\n  docker:\n    dual: {a: 1}\n  x: 1\n", "t:\n  x: 1\n"},
       {"flow maps, too", "t: {docker: {dual: {a: 1}}, x: 1}\n", "t: {x: 1}\n"},
       {"not the others'", "t:\n  docker:\n    dual: {a: 1, b: 2}\n",
        "t:\n  docker:\n    dual: {b: 2}\n"}},
      [](YamlEditor& editor) {
        return editor.remove({"t", "docker", "dual", "a"});
      });
}

}  // namespace
