#include "compiler/cases/cases.h"

#include <doctest/doctest.h>

#include "components/catalog.h"
#include "tests/support/archive.h"

namespace {

namespace cases = compiler::cases;
using support::Folder;

/// All that a configuration of lines can do.
constexpr std::string_view kPipeline = R"river(== app.river
loki.source.journal "j" {
	forward_to    = [loki.process.app.receiver]
	relabel_rules = loki.relabel.units.rules
	labels        = {env = "lab"}
}

loki.relabel "units" {
	forward_to = []

	rule {
		source_labels = ["__journal__systemd_unit"]
		regex         = "(.+)\\.service"
		target_label  = "unit"
	}

	rule {
		source_labels = ["unit"]
		regex         = "noise"
		action        = "drop"
	}
}

loki.source.syslog "net" {
	listener {
		address                = "127.0.0.1:1514"
		labels                 = {job = "net"}
		use_incoming_timestamp = true
	}

	listener {
		address       = "127.0.0.1:1515"
		protocol      = "udp"
		syslog_format = "rfc3164"
		labels        = {job = "old"}
	}
	relabel_rules = loki.relabel.net.rules
	forward_to    = [loki.process.app.receiver]
}

loki.relabel "net" {
	forward_to = []

	rule {
		source_labels = ["__syslog_message_app_name"]
		target_label  = "app"
	}
}

discovery.docker "all" {
	host = "unix:///var/run/docker.sock"
}

discovery.relabel "all" {
	targets = discovery.docker.all.targets

	rule {
		source_labels = ["__meta_docker_container_label_logging"]
		regex         = "off"
		action        = "drop"
	}

	rule {
		source_labels = ["__meta_docker_container_name"]
		regex         = "/(.*)"
		target_label  = "container"
	}
}

loki.source.docker "all" {
	host       = "unix:///var/run/docker.sock"
	targets    = discovery.relabel.all.output
	forward_to = [loki.process.app.receiver]
}

local.file_match "logs" {
	path_targets = [{__path__ = "/var/log/nginx/*.log", job = "nginx"}]
}

loki.source.file "logs" {
	targets    = local.file_match.logs.targets
	forward_to = [loki.process.app.receiver]
}

loki.process "app" {
	stage.match {
		selector = "{job=\"nginx\"}"

		stage.regex {
			expression = "^(?P<ip>\\S+) (?P<status>\\d+)"
		}

		stage.labels {
			values = {status = ""}
		}

		stage.structured_metadata {
			values = {ip = ""}
		}
	}

	stage.drop {
		expression          = "DEBUG"
		drop_counter_reason = "debug"
	}

	stage.truncate {
		rule {
			limit = "40B"
		}
	}

	stage.multiline {
		firstline     = "^\\S"
		max_wait_time = "3s"
	}

	stage.tenant {
		label = "status"
	}
	forward_to = [loki.write.a.receiver, loki.write.b.receiver]
}

loki.write "a" {
	endpoint {
		url = "http://a/loki/api/v1/push"
	}
	external_labels = {cluster = "c1"}
}

loki.write "b" {
	endpoint {
		url = "http://b/loki/api/v1/push"
	}
	external_labels = {cluster = "c1"}
}
)river";

/// What `cfgc test` says of cases on kPipeline.
compiler::emit::CommandResult test(std::string_view suite, bool deny = false,
                                   cases::Format format = cases::Format::text) {
  Folder folder;
  support::unpack(kPipeline, folder);
  folder.write("app.test.yml", fmt::format("config: app.river\ncases:\n{}", suite));
  cases::Options options;
  options.paths = {folder.path()};
  options.check.catalog = components::catalog();
  options.deny_warnings = deny;
  options.format = format;
  auto result = cases::run_test(options);
  const std::string prefix = folder.path().string() + "/";
  for (std::string* text : {&result.out, &result.err})
    for (size_t at = text->find(prefix); at != text->npos; at = text->find(prefix))
      text->erase(at, prefix.size());
  return result;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

constexpr std::string_view kAll = R"(
  - name: the journal's unit
    journal: {_SYSTEMD_UNIT: ssh.service, MESSAGE: hello, _PID: 7}
    at: 2026-05-01T00:00:00Z
    expect:
      labels: {cluster: c1, env: lab, job: loki.source.journal.j, unit: ssh}
      line: hello
      timestamp: 2026-05-01T00:00:00Z
  - name: the source's rules drop
    journal: {_SYSTEMD_UNIT: noise.service, MESSAGE: hello}
    expect: {dropped: loki.source.journal.j}
  - name: RFC 5424 brings its time
    syslog: '<30>1 2026-02-03T04:05:06Z h web 1 - - up'
    listener: 127.0.0.1:1514
    expect:
      labels: {cluster: c1, job: net, app: web}
      line: up
      timestamp: 2026-02-03T04:05:06Z
  - name: two messages of a connection
    syslog: "<30>1 - - a - - - one\n<30>1 - - a - - - two\n"
    listener: "1514"
    expect:
      - {has_labels: {app: a}, line: one}
      - {has_labels: {app: a}, line: two}
  - name: RFC 3164
    syslog: '<30>Feb  3 04:05:06 h cron[9]: done'
    listener: "1515"
    expect: {has_labels: {job: old, app: cron}, line: done}
  - name: a container
    docker: {name: web-1, labels: {logging.x: "on"}}
    line: started
    expect: {has_labels: {container: web-1}}
  - name: discovery drops a container
    docker: {name: web-2, labels: {logging: "off"}}
    line: started
    expect: {dropped: "discovery.relabel.all: rule"}
  - name: a file
    file: /var/log/nginx/access.log
    line: 192.0.2.9 404 /x
    expect:
      labels: {cluster: c1, job: nginx, filename: /var/log/nginx/access.log, status: "404"}
      metadata: {ip: 192.0.2.9}
      tenant: "404"
  - name: debug lines go
    into: loki.process.app
    labels: {job: x}
    line: DEBUG nothing
    expect: {dropped: stage.drop}
  - name: long lines are cut
    into: loki.process.app
    labels: {job: x}
    line: 0123456789 0123456789 0123456789 0123456789 0123456789
    expect: {line: 0123456789 0123456789 0123456789 0123456}
  - name: lines become one
    into: loki.process.app
    labels: {job: x}
    lines: [first, "  second", third]
    expect:
      - line: "first\n  second"
      - line: third
)";

TEST_CASE("cfgc test: every kind of input, through sources, rules and stages to the backends") {
  const auto result = test(kAll, true);
  CHECK(result.out == "");
  CHECK(has(result.err, "11 of 11 cases passed"));
  CHECK(has(result.err, "they cover 13 of 13 rules and stages"));
  CHECK(result.exit_code == 0);
}

TEST_CASE("cfgc test: a failure shows place and difference") {
  const auto result = test(R"(
  - name: status
    file: /var/log/nginx/access.log
    line: 192.0.2.9 404 /x
    expect:
      labels: {cluster: c1, job: nginx, filename: /var/log/nginx/access.log, code: "404"}
      line: 192.0.2.9 404 /y
)");
  CHECK(result.exit_code == 1);
  CHECK(has(result.out,
            "app.test.yml:4:5: FAIL status (app.river)\n  labels:\n      "
            "cluster=\"c1\"\n    - code=\"404\"\n      filename="));
  CHECK(has(result.out,
            "    + status=\"404\"\n  line:\n    - \"192.0.2.9 404 /y\"\n"
            "    + \"192.0.2.9 404 /x\"\n"));
}

TEST_CASE("cfgc test: what is dropped says by what, also where it was not expected") {
  const auto result = test(R"(
  - name: kept
    into: loki.process.app
    labels: {job: x}
    line: DEBUG nothing
    expect: {line: DEBUG nothing}
  - name: dropped
    into: loki.process.app
    labels: {job: x}
    line: INFO something
    expect: dropped
)");
  CHECK(result.exit_code == 1);
  CHECK(has(result.out,
            "  expected 1 entry, got 0\n  dropped by loki.process.app: stage.drop, "
            "app.river:"));
  CHECK(has(result.out, "  expected nothing, got {cluster=\"c1\", job=\"x\"} \"INFO something\""));
}

TEST_CASE("cfgc test: rules and stages that no case covers are warnings") {
  constexpr std::string_view kOne = R"(
  - name: one
    into: loki.process.app
    labels: {job: x}
    line: INFO something
    expect: {line: INFO something}
)";
  const auto result = test(kOne);
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "F116"));
  CHECK(has(result.out, "loki.process.app: stage.regex: no case of the tests reaches it"));
  CHECK(has(result.out, "loki.process.app: stage.drop: no case of the tests shows what it does"));
  CHECK(has(result.out, "loki.relabel.units: rule: no case of the tests matches it"));
  CHECK(test(kOne, true).exit_code == 1);
}

TEST_CASE("cfgc test: an input that has no place to go fails with what to do") {
  struct Wrong {
    std::string_view input, why;
  };
  for (const Wrong& wrong : {
           Wrong{"syslog: x",
                 "it has several listeners that this may arrive at, such as "
                 "127.0.0.1:1514 and 127.0.0.1:1515: say which with listener"},
           Wrong{"syslog: x\n    listener: '99'", "no source of syslog that is 99"},
           Wrong{"into: loki.process.ap\n    line: x", "did you mean loki.process.app?"},
           Wrong{"file: /etc/passwd\n    line: x", "reads no file /etc/passwd"},
       }) {
    CAPTURE(wrong.input);
    const auto result =
        test(fmt::format("  - name: n\n    {}\n    expect: {{line: x}}\n", wrong.input));
    CHECK(result.exit_code == 1);
    CHECK(has(result.out, wrong.why));
  }
}

TEST_CASE("cfgc test: what no case may have") {
  struct Wrong {
    std::string_view text, why;
  };
  for (const Wrong& wrong : {
           Wrong{"  - {name: n, journal: {MESSAGE: x}}", "a case needs expect"},
           Wrong{"  - {journal: {MESSAGE: x}, expect: dropped}", "a case needs a name"},
           Wrong{"  - {name: n, expect: dropped}", "a case needs one of syslog, journal"},
           Wrong{"  - {name: n, file: /x, expect: dropped}", "file needs a line or lines"},
           Wrong{"  - {name: n, journal: {}, file: /x, expect: dropped}", "one input"},
           Wrong{"  - {name: n, journal: {}, expekt: dropped}", "did you mean expect?"},
           Wrong{"  - {name: n, journal: {}, expect: {timestamp: noon}}", "must be a time"},
           Wrong{"  - {name: n, journal: {}, expect: []}", "write expect: dropped"},
           Wrong{"  - {name: n, docker: {stream: x}, line: a, expect: dropped}", "stdout or"},
           Wrong{"  - text", "a case must be a map"},
           Wrong{"  - {name: n, journal: {}, expect: {line: }}", "line has no value"},
           Wrong{"  - {name: n, journal: {}, expect: [{labels: , line: x}]}", "labels has no"},
           Wrong{"  - {name: n, journal: {}, expect: {tenant: }}", "tenant has no value"},
           Wrong{"  - {name: n, journal: {}, expect: {timestamp: }}", "timestamp has no value"},
           Wrong{"  - {name: n, journal: {}, expect: {to: }}", "to has no value"},
           Wrong{"  - {name: n, journal: {}, expect: {dropped: }}", "dropped has no value"},
           Wrong{"  - {name: n, journal: {}, expect: }", "expect has no value"},
           Wrong{"  - {name: n, journal: {}, at: , expect: dropped}", "at has no value"},
           Wrong{"  - {name: , journal: {}, expect: dropped}", "name has no value"},
           Wrong{"  - {name: '', journal: {}, expect: dropped}", "this one is empty"},
           Wrong{"  - {name: n, syslog: [], expect: dropped}", "syslog lists no message"},
           Wrong{"  - {name: n, file: /x, line: , expect: dropped}", "line has no value"},
           Wrong{"  - {name: n, file: /x, line: a, lines: [b], expect: dropped}", "not both"},
           Wrong{"  - {name: n, journal: {}, expect: dropped}\n"
                 "  - {name: n, journal: {}, expect: dropped}",
                 "another case is called \"n\", too"},
           Wrong{"  []", "cases lists no case"},
       }) {
    CAPTURE(wrong.text);
    const auto result = test(wrong.text);
    CHECK(result.exit_code == 2);
    CHECK(has(result.out, "F115"));
    CHECK(has(result.out, wrong.why));
  }
}

TEST_CASE("cfgc test: what fails without a failed case is in what a machine reads") {
  constexpr std::string_view kOne =
      "  - {name: n, into: loki.process.app, labels: {job: x}, line: a, expect: {line: a}}\n";
  auto junit = test(kOne, true, cases::Format::junit);
  CHECK(junit.exit_code == 1);
  CHECK(has(junit.out, "<testsuite name=\"cfgc test\" tests=\"1\" failures=\"0\""));
  CHECK(has(junit.out, "<testsuite name=\"findings\" tests=\"12\" failures=\"12\" errors=\"0\">"));
  CHECK(has(junit.out, "<failure type=\"F116\""));
  junit = test(kOne, false, cases::Format::junit);
  CHECK(junit.exit_code == 0);
  CHECK(has(junit.out, "<testsuite name=\"findings\" tests=\"12\" failures=\"0\" errors=\"0\">"));
  CHECK(has(test(kOne, false, cases::Format::json).out, "\"code\": \"F116\""));

  junit = test("  - {name: n}\n", false, cases::Format::junit);
  CHECK(junit.exit_code == 2);
  CHECK(has(junit.out, "<failure type=\"F115\""));
  const auto json = test("  - {name: n}\n", false, cases::Format::json);
  CHECK(has(json.out, "\"code\": \"F115\""));
  CHECK(has(json.out, "\"cases\": []"));
}

TEST_CASE("cfgc test: an unknown host is found where it is written, and the others run") {
  Folder folder;
  support::unpack(kPipeline, folder);
  folder.write("inventory/hosts.yml", "all: {hosts: {puck: {}}}\n");
  folder.write("templates/default.alloy.j2", "logging {}\n");
  folder.write("a.test.yml",
               "hosts: [puck, pukc]\ncases:\n- {name: n, into: x.y, line: a, expect: {line: a}}\n");
  folder.write("b.test.yml",
               "config: app.river\ncases:\n- {name: works, into: loki.process.app,\n"
               "   labels: {job: x}, line: a, expect: {line: a}}\n");
  cases::Options options;
  options.paths = {folder.path()};
  options.load.inventory = folder.path() / "inventory";
  options.check.catalog = components::catalog();
  const auto result = cases::run_test(options);
  CHECK(result.exit_code == 1);
  CHECK(has(result.out,
            "a.test.yml:1:15: the inventory has no host \"pukc\": did you mean \"puck\"?"));
  CHECK(has(result.out, "FAIL n (puck)"));
  CHECK(has(result.err, "1 of 2 cases passed"));
}

TEST_CASE("cfgc test: a configuration with errors does not keep the others from being tested") {
  Folder folder;
  support::unpack(kPipeline, folder);
  folder.write("a.river", "nonsense {}\n");
  for (const std::string_view name : {"a", "app"})
    folder.write(fmt::format("{}.test.yml", name),
                 fmt::format("config: {}.river\ncases:\n- {{name: n, into: loki.process.app,\n"
                             "   labels: {{job: x}}, line: a, expect: {{line: a}}}}\n",
                             name));
  cases::Options options;
  options.paths = {folder.path()};
  options.check.catalog = components::catalog();
  const auto result = cases::run_test(options);
  CHECK(result.exit_code == 1);
  CHECK(has(result.err, "1 of 1 cases passed"));
}

TEST_CASE("cfgc test: machines read the same") {
  const auto json = test(kAll, false, cases::Format::json);
  CHECK(has(json.out, "\"failed\": 0"));
  CHECK(has(json.out, "\"name\": \"lines become one\""));
  const auto junit = test("  - {name: a & b, journal: {MESSAGE: x}, expect: {line: y}}\n", false,
                          cases::Format::junit);
  CHECK(has(junit.out, "tests=\"1\" failures=\"1\""));
  CHECK(has(junit.out, "name=\"a &amp; b (app.river)\""));
  CHECK(junit.exit_code == 1);
}

}  // namespace
