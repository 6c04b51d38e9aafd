#include "compiler/migrate/streams/mapping.h"

#include <doctest/doctest.h>

#include "compiler/migrate/streams/state.h"
#include "components/catalog.h"
#include "river/diag/render.h"
#include "tests/support/archive.h"
#include "tests/support/folder.h"

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

using support::Folder;

TEST_CASE("map: labels written by hand") {
  auto mapping = [] {
    compiler::emit::Run run;
    return read_map("tests/golden/migrate_map/foreign.yml", run);
  }();
  REQUIRE(mapping);
  // What Loki may add is not shown before somebody says that it does.
  CHECK(mapping->changes[0].before[0].text() ==
        "{container_name=\"kairos-…\", host=\"puck\", job=\"kairos\"}");
  discover_service_name(*mapping);
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

constexpr std::string_view kWrite = R"(
loki.write "default" {
	endpoint {
		url = "http://loki:3100/loki/api/v1/push"
	}
}
)";

constexpr std::string_view kListener = R"(
loki.source.syslog "services" {
	listener {
		address       = "127.0.0.1:51412"
		syslog_format = "rfc3164"
		labels        = {job = "kairos", hostname = "puck"}
	}
	forward_to = [loki.write.default.receiver]
}
)";

constexpr std::string_view kDocker = R"(
discovery.docker "all" {
	host = "unix:///var/run/docker.sock"
}

discovery.relabel "all" {
	targets = discovery.docker.all.targets

	rule {
		source_labels = ["__meta_docker_container_label_com_docker_compose_project"]
		target_label  = "service"
	}
}

loki.source.docker "all" {
	host       = "unix:///var/run/docker.sock"
	targets    = discovery.relabel.all.output
	forward_to = [loki.write.default.receiver]
	labels     = {hostname = "puck"}
}
)";

std::string shown(Mapping mapping) {
  discover_service_name(mapping);
  std::string out;
  for (const auto& change : mapping.changes) {
    out += change.host + " \"" + change.service + "\"\n";
    for (const auto& family : change.before) out += "  - " + family.text() + "\n";
    for (const auto& family : change.after) out += "  + " + family.text() + "\n";
  }
  for (const auto& family : mapping.unchanged) out += "  = " + family.text() + "\n";
  return out;
}

base::Result<Mapping> compare(const Folder& folder, compiler::emit::Run& run,
                              const std::vector<std::filesystem::path>& compose = {}) {
  compiler::emit::CheckOptions check;
  check.catalog = components::catalog();
  return difference(folder.path() / "from", folder.path() / "to", compose, check, run);
}

TEST_CASE("difference: two folders of configurations") {
  Folder folder;
  folder.write("from/puck/config.river", std::string(kListener) + std::string(kWrite));
  folder.write("to/puck/config.river", std::string(kDocker) + std::string(kWrite));
  folder.write("from/gone/config.river", std::string(kListener) + std::string(kWrite));
  compiler::emit::Run run;
  const auto mapping = compare(folder, run);
  REQUIRE(mapping);
  CHECK(run.diagnostics.empty());
  CHECK(shown(*mapping) ==
        "gone \"kairos\"\n"
        "  - {hostname=\"puck\", job=\"kairos\", service_name=\"kairos\"}\n"
        "puck \"\"\n"
        "  + {hostname=\"puck\", service=\"…\", service_name=\"…\"}\n"
        "  + {hostname=\"puck\", service_name=\"unknown_service\"}\n"
        "puck \"kairos\"\n"
        "  - {hostname=\"puck\", job=\"kairos\", service_name=\"kairos\"}\n"
        "  + {hostname=\"puck\", service=\"kairos\", service_name=\"kairos\"}\n");
}

TEST_CASE("difference: a host with a broken configuration on one side is missing") {
  Folder folder;
  for (const char* host : {"puck", "oberon"})
    for (const char* side : {"from", "to"})
      folder.write(fmt::format("{}/{}/config.river", side, host),
                   std::string(kListener) + std::string(kWrite));
  folder.write("to/oberon/config.river", "broken {");
  compiler::emit::Run run;
  const auto mapping = compare(folder, run);
  REQUIRE(mapping);
  CHECK(run.diagnostics.has_errors());
  CHECK(mapping->changes.empty());
  REQUIRE(mapping->missing.size() == 1);
  CHECK(mapping->missing[0].host == "oberon");
  CHECK(mapping->missing[0].may_move);
}

TEST_CASE("difference: a Compose project of another name is known by the port it logs to") {
  Folder folder;
  folder.write("from/puck/config.river", std::string(kListener) + std::string(kWrite));
  folder.write("to/puck/config.river", std::string(kDocker) + std::string(kWrite));
  folder.write("compose/compose.yaml", R"(name: scheduler
services:
  app:
    image: kairos
    logging:
      driver: syslog
      options: {syslog-address: "tcp://127.0.0.1:51412"}
)");
  compiler::emit::Run run;
  const auto mapping = compare(folder, run, {folder.path() / "compose"});
  REQUIRE(mapping);
  CHECK(shown(*mapping).ends_with(
      "puck \"kairos\"\n"
      "  - {hostname=\"puck\", job=\"kairos\", service_name=\"kairos\"}\n"
      "  + {hostname=\"puck\", service=\"scheduler\", service_name=\"scheduler\"}\n"));
}

TEST_CASE("difference: the same twice changes nothing") {
  Folder folder;
  for (const std::string side : {"from", "to"})
    folder.write(side + "/puck/config.river",
                 std::string(kListener) + std::string(kDocker) + std::string(kWrite));
  compiler::emit::Run run;
  const auto mapping = compare(folder, run);
  REQUIRE(mapping);
  CHECK(mapping->changes.empty());
  CHECK(mapping->unchanged.size() == 3);
}

TEST_CASE("difference: what cannot be read") {
  Folder folder;
  compiler::emit::Run run;
  CHECK(!compare(folder, run));
  folder.write("from/puck/config.river", "loki.write \"x\" {");
  folder.write("to/puck/config.river", kWrite);
  const auto mapping = compare(folder, run);
  REQUIRE(mapping);
  CHECK(run.diagnostics.has_errors());
  CHECK(mapping->changes.empty());  // A host is compared when both sides are understood.
}

}  // namespace
