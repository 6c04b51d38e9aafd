#include "compiler/plan/plan.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "compiler/cli/commands.h"
#include "components/catalog.h"
#include "tests/support/archive.h"

namespace {

namespace plan = compiler::plan;
using support::Folder;

constexpr std::string_view kPlanned = R"(== inventory/hosts.yml
all: {hosts: {"web[1:3]": , db: }}
== group_vars/all.yml
deployment_environment: lab
services: [docker, kairos]
telemetry:
  docker: {discovery: true}
  backends: {loki: {url: "http://loki:3100/loki/api/v1/push"}}
== host_vars/db.yml
kairos_syslog_port: 51412
telemetry:
  files:
    - paths: [/var/log/db.log]
      labels: {job: db}
)";

/// A fleet that was compiled and is edited then.
class PlannedFleet {
 public:
  PlannedFleet() {
    support::unpack(kPlanned, folder_);
    compiler::cli::CompileCommand command;
    command.inventory = folder_.path() / "inventory";
    command.out = folder_.path() / "compiled";
    command.check.catalog = components::catalog();
    REQUIRE(compiler::cli::run_compile(command).exit_code == 0);
  }

  void replace(const char* file, std::string_view old, std::string_view now) {
    std::string text = base::read_file(folder_.path() / file).value();
    const size_t at = text.find(old);
    REQUIRE(at != text.npos);
    folder_.write(file, text.replace(at, old.size(), now));
  }

  compiler::emit::CommandResult plan(bool breaking_only = false,
                                     plan::Level least = plan::Level::delivery) const {
    plan::Options options;
    options.load.inventory = folder_.path() / "inventory";
    options.check.catalog = components::catalog();
    options.against = (folder_.path() / "compiled").string();
    options.breaking_only = breaking_only;
    options.least = least;
    return plan::run_plan(options);
  }

 private:
  Folder folder_;
};

TEST_CASE("plan: nothing changes, and comments and layout are nothing") {
  PlannedFleet fleet;
  CHECK(fleet.plan().exit_code == 0);
  fleet.replace("group_vars/all.yml", "services:", "# moves all lines by one\nservices:");
  const auto result = fleet.plan();
  CHECK(result.out == "");
  CHECK(result.exit_code == 0);
}

TEST_CASE("plan: hosts that change alike are one group") {
  PlannedFleet fleet;
  fleet.replace("group_vars/all.yml", "http://loki:3100", "http://other:3100");
  const auto result = fleet.plan();
  CHECK(result.out ==
        "db, web1, web2, web3 (4 hosts):\n"
        "           delivery  loki.write.default: endpoint.url: "
        "\"http://loki:3100/loki/api/v1/push\" -> \"http://other:3100/loki/api/v1/push\"\n");
  CHECK(result.err == "4 of 4 hosts change\n");
  CHECK(result.exit_code == 2);
  CHECK(fleet.plan(true).exit_code == 0);
}

TEST_CASE("plan: labels and streams that go are breaking, new ones are not") {
  struct Case {
    const char* file;
    std::string_view old, now, text;
    int exit_code;
    plan::Level level;
  };
  for (const Case& c :
       {Case{"host_vars/db.yml", "job: db", "job: sql", "streams", 3, plan::Level::labels},
        {"host_vars/db.yml", "kairos_syslog_port: 51412\n", "", "- loki.source.syslog.services", 3,
         plan::Level::labels},
        {"host_vars/db.yml", "telemetry:", "telemetry:\n  environment: prod",
         "environment: \"lab\" -> \"prod\"", 3, plan::Level::labels},
        {"host_vars/db.yml", "51412", "51413",
         "address: \"127.0.0.1:51412\" -> \"127.0.0.1:51413\"", 3, plan::Level::targets},
        {"group_vars/all.yml", "push\"", "push\", tenant: lab", "+ endpoint.tenant_id = \"lab\"", 3,
         plan::Level::delivery},
        {"host_vars/db.yml", "[/var/log/db.log]", "[/var/log/db.log, /var/log/db2.log]",
         "path_targets", 2, plan::Level::targets},
        {"group_vars/all.yml", "discovery: true", "discovery: true, refresh_interval: 5s",
         "refresh_interval: \"30s\" -> \"5s\"", 2, plan::Level::targets},
        {"inventory/hosts.yml", ", db: ", "", "the host goes", 3, plan::Level::targets},
        {"inventory/hosts.yml", "db: ", "db: , db2: ", "a new host", 2, plan::Level::targets}}) {
    CAPTURE(c.now);
    PlannedFleet fleet;
    fleet.replace(c.file, c.old, c.now);
    const auto result = fleet.plan();
    CHECK(result.exit_code == c.exit_code);
    INFO(result.out);
    CHECK(result.out.find(c.text) != result.out.npos);
    CHECK(result.out.find(plan::name(c.level)) != result.out.npos);
    CHECK(fleet.plan(true).exit_code == (c.exit_code == 3 ? 3 : 0));
    const bool is_label = c.exit_code == 3 && c.level == plan::Level::labels;
    CHECK(fleet.plan(true, plan::Level::labels).exit_code == (is_label ? 3 : 0));
  }
}

TEST_CASE("plan: what cannot be compared is an error") {
  PlannedFleet fleet;
  fleet.replace("group_vars/all.yml", "discovery: true", "discvery: true");
  CHECK(fleet.plan().exit_code == 1);
  plan::Options options;
  options.load.inventory = "inventory";
  options.check.catalog = components::catalog();
  options.against = "no/such/folder";
  const auto result = plan::run_plan(options);
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("no/such/folder: no such folder") != result.err.npos);
}

}  // namespace
