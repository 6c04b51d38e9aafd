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
  using Files = std::vector<std::pair<std::string_view, std::string_view>>;
  explicit PlannedFleet(const Files& more = {}) {
    support::unpack(kPlanned, folder_);
    for (const auto& [file, text] : more) folder_.write(std::string(file), std::string(text));
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
        "  BREAKING delivery  loki.write.default: endpoint.url: "
        "\"http://loki:3100/loki/api/v1/push\" -> \"http://other:3100/loki/api/v1/push\"\n");
  CHECK(result.err == "4 of 4 hosts change, and what others depend on with them\n");
  CHECK(result.exit_code == 3);
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

TEST_CASE("plan: what becomes of lines is judged") {
  constexpr std::string_view kTemplate = R"(fleet.journal "systemd" {
	forward_to = [loki.process.p.receiver]
}

fleet.syslog "services" { }

loki.process "p" {
	stage.sampling {
		rate = 0.5
	}

	stage.match {
		selector = "{job=\"a\"}"

		stage.drop {
			expression = "debug"
		}
	}
	forward_to = [loki.write.default.receiver]
}

fleet.backends "default" { }
)";
  struct Case {
    std::string_view old, now;
    bool is_breaking;
    std::string_view level;
  };
  for (const Case& c :
       {Case{"\tforward_to = [loki.write",
             "\tstage.drop {\n\t\texpression = \".*\"\n\t}\n\tforward_to = [loki.write", true,
             "delivery"},
        {"\tforward_to = [loki.write",
         "\tstage.tenant {\n\t\tvalue = \"x\"\n\t}\n\tforward_to = [loki.write", true, "delivery"},
        {"\tforward_to = [loki.write", "\tstage.decolorize { }\n\tforward_to = [loki.write", false,
         "setting"},
        {"rate = 0.5", "rate = 0", true, "delivery"},
        {"rate = 0.5", "rate = 0.6", false, "delivery"},
        {"\"debug\"", "\"debug|info\"", true, "delivery"},
        {"\tforward_to = [loki.process.p.receiver]\n", "", false, "targets"},
        {"fleet.syslog \"services\" { }", "", true, "targets"},
        {"[loki.write.default.receiver]", "[]", true, "delivery"}}) {
    CAPTURE(c.now);
    PlannedFleet fleet({{"templates/default.river", kTemplate}});
    fleet.replace("templates/default.river", c.old, c.now);
    const auto result = fleet.plan();
    INFO(result.out);
    INFO(result.err);
    CHECK(result.exit_code == (c.is_breaking ? 3 : 2));
    CHECK(result.out.find(fmt::format("{}{}  ", c.is_breaking ? "BREAKING " : "         ", c.level)
                              .substr(0, 17)) != result.out.npos);
    CHECK(fleet.plan(true).exit_code == (c.is_breaking ? 3 : 0));
  }
}

TEST_CASE("plan: names of components and spellings of values are no matter") {
  constexpr std::string_view kTemplate = R"(loki.source.journal "j" {
	forward_to = [loki.process.p.receiver]
	matches    = "_TRANSPORT=kernel"
}

local.file_match "m" {
	path_targets = [{"__path__" = "/var/log/a.log"}]
}

loki.source.file "f" {
	targets    = local.file_match.m.targets
	forward_to = [loki.write.w.receiver]
}

loki.process "p" {
	stage.drop {
		expression = "debug"
	}
	forward_to = [loki.write.w.receiver]
}

loki.write "w" {
	endpoint {
		url     = "https://loki/loki/api/v1/push"
		headers = {"X-Scope-OrgID" = "a"}
	}
}
)";
  struct Case {
    std::vector<std::pair<std::string_view, std::string_view>> edits;
    int exit_code;
  };
  for (const Case& c :
       {Case{{{"loki.process.p.", "loki.process.q."}, {"loki.process \"p\"", "loki.process \"q\""}},
             2},
        Case{{{"loki.write.w.", "loki.write.v."},
              {"loki.write.w.", "loki.write.v."},
              {"loki.write \"w\"", "loki.write \"v\""}},
             2},
        Case{{{"file_match.m.", "file_match.n."}, {"file_match \"m\"", "file_match \"n\""}}, 2},
        Case{{{"file_match.m.", "file_match.n."},
              {"file_match \"m\"", "file_match \"n\""},
              {"a.log", "b.log"}},
             3},
        Case{{{"journal \"j\"", "journal \"k\""}}, 3},
        Case{{{"loki.process.p.", "loki.process.q."},
              {"loki.process \"p\"", "loki.process \"q\""},
              {"debug", "info"}},
             3},
        Case{{{"loki.write.w.", "loki.write.v."},
              {"loki.write.w.", "loki.write.v."},
              {"loki.write \"w\"", "loki.write \"v\""},
              {"\"a\"", "\"b\""}},
             3},
        Case{{{"\"_TRANSPORT=kernel\"", "`_TRANSPORT=kernel`"}}, 0},
        Case{{{"\"_TRANSPORT=kernel\"", "\"_TRANSPORT=audit\""}}, 3},
        Case{{{"\"https://loki/loki", "\"https://loki\" + \"/loki"}}, 0},
        Case{{{"\"https://loki/loki", "\"https://other\" + \"/loki"}}, 3},
        Case{{{"\"debug\"", "`debug`"}}, 0}, Case{{{"\"a\"", "\"b\""}}, 3},
        Case{{{"= \"a\"}", "= \"a\", \"X-Team\" = \"b\"}"}}, 2},
        Case{{{"\t\theaders = {\"X-Scope-OrgID\" = \"a\"}\n", ""}}, 3}}) {
    PlannedFleet fleet({{"templates/default.river", kTemplate}});
    for (const auto& [old, now] : c.edits) fleet.replace("templates/default.river", old, now);
    const auto result = fleet.plan();
    INFO(result.out);
    INFO(result.err);
    CHECK(result.exit_code == c.exit_code);
  }
}

TEST_CASE("plan: what is read, and how it is understood, is judged") {
  struct Case {
    std::string_view old, now;
    bool is_breaking;
  };
  for (const Case& c :
       {Case{"docker: {discovery: true}",
             "journal: {matches: _SYSTEMD_UNIT=ssh.service}\n  docker: {discovery: true}", true},
        {"deployment_environment", "syslog_format: rfc5424\ndeployment_environment", true},
        {"http://loki:3100/", "https://loki:3100/", false}}) {
    CAPTURE(c.now);
    PlannedFleet fleet;
    fleet.replace("group_vars/all.yml", c.old, c.now);
    INFO(fleet.plan().out);
    CHECK(fleet.plan().exit_code == (c.is_breaking ? 3 : 2));
    CHECK(fleet.plan(true).exit_code == (c.is_breaking ? 3 : 0));
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
