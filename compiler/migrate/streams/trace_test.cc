#include "compiler/migrate/streams/trace.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "components/catalog.h"
#include "components/shared/streams.h"
#include "river/diag/render.h"

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

constexpr std::string_view kSink = R"(
loki.write "default" {
	endpoint {
		url = "http://loki:3100/loki/api/v1/push"
	}
}
)";

std::vector<StreamFamily> trace(std::string_view config, const TraceQuestion& question) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics found;
  const auto trees =
      river::config::load({{"c.river", std::string(config) + std::string(kSink)}}, sources, found);
  const river::ast::Tree* list[] = {trees[0].get()};
  const auto program = river::config::resolve(list, components::catalog(),
                                              river::schema::Stability::experimental, found);
  river::config::check(program, found);
  REQUIRE_MESSAGE(!found.has_errors(), river::diag::one_line(found.items()[0], sources));
  return outflow(program, sources, question).families;
}

/// One line a family, without service_name, with what it is not sure of.
std::string shown(const std::vector<StreamFamily>& families) {
  std::string out;
  for (StreamFamily family : families) {
    family.labels.erase("service_name");
    out += fmt::format("{}{}{} x{}\n", family.service, family.service.empty() ? "" : " ",
                       family.text(), family.streams);
    if (!family.unsure.empty()) out += "unsure: " + family.unsure + "\n";
  }
  return out;
}

struct Case {
  std::string_view config, want;
};

void check_all(std::initializer_list<Case> cases, const TraceQuestion& question = {}) {
  for (const Case& c : cases) {
    CAPTURE(c.config);
    CHECK(shown(trace(c.config, question)) == c.want);
  }
}

std::string listener(std::string_view rest, std::string_view to = "loki.write.default") {
  return fmt::format(R"(
loki.source.syslog "s" {{
	listener {{
		address = "127.0.0.1:51412"
		labels  = {{job = "kairos"}}
	}}
	forward_to = [{}.receiver]
	{}
}}
)",
                     to, rest);
}

TEST_CASE("trace: syslog") {
  TraceQuestion question;
  question.services = {"kairos"};
  const std::string ruled = listener("relabel_rules = loki.relabel.r.rules");
  const auto with_rule = [&](std::string_view rule) {
    return ruled +
           fmt::format("\nloki.relabel \"r\" {{\n forward_to = []\n rule {{ {} }}\n}}\n", rule);
  };
  const std::string severity =
      with_rule("source_labels = [\"__syslog_message_severity\"]\n target_label = \"level\"");
  const std::string host =
      with_rule("source_labels = [\"__syslog_message_hostname\"]\n target_label = \"host\"");
  const std::string letters = with_rule(
      "source_labels = [\"__syslog_message_app_name\"]\n regex = \"[a-z]+\"\n"
      "target_label = \"app\"\n replacement = \"word\"");
  const std::string mapped =
      with_rule("action = \"labelmap\"\n regex = \"__syslog_message_(severity|hostname)\"");
  check_all(
      {
          {listener(""), "kairos {job=\"kairos\"} x1\n"},
          {severity,
           "kairos {job=\"kairos\", level=\"emergency\"|\"alert\"|\"critical\"|5 more} x8\n"},
          {host,
           "kairos {host=\"…\", job=\"kairos\"} x1\n"
           "kairos {job=\"kairos\"} x1\n"},
          // A pattern may match any field; those whose values are known are followed all the same.
          {mapped,
           "kairos {job=\"kairos\", severity=\"emergency\"|\"alert\"|\"critical\"|5 more} x8\n"
           "unsure: a labelmap rule makes labels of all fields\n"},
          {letters,
           "kairos {app=\"word\"|nothing, job=\"kairos\"} x2\n"
           "unsure: what is not known here decides over the relabel rule at c.river:13:2\n"
           "kairos {job=\"kairos\"} x1\n"},
      },
      question);
}

TEST_CASE("trace: the port of a listener tells its service") {
  TraceQuestion question;
  question.listeners = {{"51412", "chronos"}};
  check_all({{listener(""), "chronos {job=\"kairos\"} x1\n"}}, question);
}

TEST_CASE("trace: stages") {
  const auto staged = [](std::string_view stages) {
    return listener("", "loki.process.p") +
           fmt::format(
               "\nloki.process \"p\" {{\n forward_to = [loki.write.default.receiver]\n {}\n}}\n",
               stages);
  };
  struct Stage {
    std::string_view stages, want;
  };
  for (const Stage& c : {
           Stage{"stage.static_labels { values = {env = \"lab\"} }",
                 "{env=\"lab\", job=\"kairos\"} x1\n"},
           Stage{"stage.json { expressions = {level = \"\"} }\n"
                 "stage.labels { values = {level = \"\"} }",
                 "{job=\"kairos\", level=\"…\"|nothing} x2\n"},
           Stage{"stage.labels { values = {app = \"job\"} }",
                 "{app=\"kairos\", job=\"kairos\"} x1\n"},
           Stage{"stage.regex {\n expression = \"(?P<user>\\\\w+)\"\n labels_from_groups = true\n}",
                 "{job=\"kairos\", user=\"…\"|nothing} x2\n"},
           Stage{"stage.label_drop { values = [\"job\"] }", ""},
           Stage{"stage.static_labels { values = {a = \"1\"} }\n"
                 "stage.label_keep { values = [\"a\"] }",
                 "{a=\"1\"} x1\n"},
           Stage{"stage.static_labels { values = {a = \"1\"} }\n"
                 "stage.structured_metadata { values = {a = \"\"} }",
                 "{job=\"kairos\"} x1\n"},
           Stage{"stage.static_labels { values = {a = \"1\"} }\nstage.pack { labels = [\"a\"] }",
                 "{job=\"kairos\"} x1\n"},
           Stage{"stage.cri { }", "{job=\"kairos\", stream=\"stdout\"|\"stderr\"|nothing} x3\n"},
           Stage{"stage.tenant { value = \"t\" }", "{job=\"kairos\"} x1\n"},
           Stage{"stage.match {\n selector = \"{job=\\\"kairos\\\"}\"\n"
                 "stage.static_labels { values = {a = \"1\"} }\n}",
                 "{a=\"1\", job=\"kairos\"} x1\n"},
           Stage{"stage.match {\n selector = \"{job=\\\"kairos\\\"} |= \\\"x\\\"\"\n"
                 "stage.static_labels { values = {a = \"1\"} }\n}",
                 "{job=\"kairos\"} x1\n{a=\"1\", job=\"kairos\"} x1\n"},
           Stage{"stage.match {\n selector = \"{job=\\\"other\\\"}\"\n"
                 "stage.static_labels { values = {a = \"1\"} }\n}",
                 "{job=\"kairos\"} x1\n"},
           Stage{"stage.match {\n selector = \"{job=\\\"kairos\\\"}\"\n action = \"drop\"\n}", ""},
       }) {
    CAPTURE(c.stages);
    CHECK(shown(trace(staged(c.stages), {})) == c.want);
  }
}

TEST_CASE("trace: the way to the backend") {
  const std::string two = R"(
loki.write "other" {
	endpoint {
		url = "http://other:3100/loki/api/v1/push"
	}
	external_labels = {site = "berlin", job = "mine", who = sys.env("WHO")}
}
loki.source.syslog "s" {
	listener {
		address = "127.0.0.1:51412"
		labels  = {job = "kairos"}
	}
	forward_to = [loki.write.default.receiver, loki.relabel.drop.receiver]
}
loki.relabel "drop" {
	forward_to = [loki.write.other.receiver]
	rule {
		source_labels = ["job"]
		regex         = "nobody"
		action        = "drop"
	}
}
)";
  const std::string dropped = listener("", "loki.relabel.drop") + R"(
loki.relabel "drop" {
	forward_to = [loki.write.default.receiver]
	rule {
		source_labels = ["job"]
		regex         = "kairos"
		action        = "drop"
	}
}
)";
  check_all({{two,
              "{job=\"kairos\"} x1\n"
              "{job=\"kairos\", site=\"berlin\", who=\"…\"} x1\n"},
             {dropped, ""}});
}

std::string docker(std::string_view rules) {
  return fmt::format(R"(
discovery.docker "d" {{
	host = "unix:///var/run/docker.sock"
}}
discovery.relabel "d" {{
	targets = discovery.docker.d.targets
	{}
}}
loki.source.docker "d" {{
	host       = "unix:///var/run/docker.sock"
	targets    = discovery.relabel.d.output
	forward_to = [loki.write.default.receiver]
	labels     = {{host = "puck"}}
}}
)",
                     rules);
}

std::string rule(std::string_view source, std::string_view target, std::string_view rest = "") {
  return fmt::format(
      "rule {{\n source_labels = [\"__meta_docker_container_{}\"]\n target_label = "
      "\"{}\"\n{}\n}}\n",
      source, target, rest);
}

TEST_CASE("trace: containers") {
  TraceQuestion question;
  Container kairos;
  kairos.service = "kairos";
  kairos.project = "kairos";
  Container run;
  run.is_composed = false;
  question.containers = {kairos, run};
  const std::string names = docker(rule("name", "container", "regex = \"/(.*)\""));
  const std::string sanitised = docker(rule("label_team", "team"));
  const std::string short_name = docker(rule("name", "part", "regex = \"/kairos-([^-]+)-.*\""));
  const std::string kept = docker(
      rule("label_com_docker_compose_project", "", "regex = \"kairos\"\n action = \"keep\""));
  const std::string hashed = docker(rule("name", "shard", "action = \"hashmod\"\n modulus = 4"));
  const std::string all_labels = docker(
      "rule {\n action = \"labelmap\"\n regex = \"__meta_docker_container_label_(.+)\"\n}\n");
  check_all(
      {
          {names,
           "kairos {container=\"kairos-…-1\", host=\"puck\"} x1\n"
           "{container=\"…\", host=\"puck\"} x1\n"},
          {sanitised,
           "kairos {host=\"puck\"} x1\n"
           "unsure: the container label that provides __meta_docker_container_label_team is not "
           "known\n"
           "{host=\"puck\"} x1\n"
           "unsure: the container label that provides __meta_docker_container_label_team is not "
           "known\n"},
          {short_name,
           "kairos {host=\"puck\", part=\"…\"} x1\n"
           "unsure: what is not known here decides over the relabel rule at c.river:7:2\n"
           "{host=\"puck\"} x1\n"},
          {kept, "kairos {host=\"puck\"} x1\n"},
          {hashed,
           "kairos {host=\"puck\", shard=\"…\"} x1\n"
           "unsure: what is not known here decides over the relabel rule at c.river:7:2\n"
           "{host=\"puck\", shard=\"…\"} x1\n"
           "unsure: what is not known here decides over the relabel rule at c.river:7:2\n"},
      },
      question);
  const auto mapped = trace(all_labels, question);
  REQUIRE(mapped.size() == 2);
  CHECK(mapped[0].labels.contains("com_docker_compose_project"));
  CHECK(mapped[0].unsure == "a labelmap rule makes labels of all fields");
}

TEST_CASE("trace: facts of a compose file") {
  TraceQuestion question;
  Container told;
  told.service = "kairos";
  told.project = "kairos";
  told.component = "app";
  told.labels = {{"my.team", "time"}};
  told.names = {"kairos-app-1", "kairos-app-2"};
  question.containers = {told};
  check_all(
      {{docker(rule("name", "container", "regex = \"/(.*)\"") + rule("label_my_team", "team")),
        "kairos {container=\"kairos-app-1\", host=\"puck\", team=\"time\"} x1\n"
        "kairos {container=\"kairos-app-2\", host=\"puck\", team=\"time\"} x1\n"}},
      question);
}

TEST_CASE("trace: stdout and stderr") {
  TraceQuestion question;
  question.containers = {{.service = "kairos"}};
  const std::string config = docker("") + R"(
loki.relabel "stream" {
	forward_to = []
	rule {
		source_labels = ["__meta_docker_container_log_stream"]
		target_label  = "stream"
	}
}
)";
  std::string with_rules = config;
  const std::string_view labels = "labels     = {host = \"puck\"}";
  with_rules.replace(with_rules.find(labels), labels.size(),
                     "relabel_rules = loki.relabel.stream.rules");
  check_all({{with_rules, "kairos {stream=\"stdout\"|\"stderr\"} x2\n"}}, question);
}

TEST_CASE("trace: journal") {
  TraceQuestion question;
  question.services = {"pallas", "app"};
  const auto journal = [](std::string_view rules) {
    return fmt::format(R"(
loki.source.journal "j" {{
	forward_to    = [loki.write.default.receiver]
	relabel_rules = loki.relabel.j.rules
}}
loki.relabel "j" {{
	forward_to = []
	{}
}}
)",
                       rules);
  };
  const auto match = [](std::string_view field, std::string_view regex, std::string_view target,
                        std::string_view value) {
    return fmt::format(
        "rule {{\n source_labels = [\"__journal_{}\"]\n regex = \"{}\"\n"
        " target_label = \"{}\"\n replacement = \"{}\"\n}}\n",
        field, regex, target, value);
  };
  const std::string plain = journal(match("syslog_identifier", "kottos", "service", "pallas") +
                                    match("_systemd_unit", "app-.*\\\\.service", "unit", "app") +
                                    match("_systemd_unit", "a|b\\\\.c", "unit", "ab"));
  const std::string open = journal(match("_systemd_unit", "(.*)\\\\.service", "unit", "$1"));
  const std::string untold = journal(match("_systemd_unit", "[a-c]+", "unit", "abc"));
  const std::string priority = journal(
      "rule {\n source_labels = [\"__journal_priority_keyword\"]\n target_label = \"level\"\n}\n");
  constexpr std::string_view kRest = "{job=\"loki.source.journal.j\"} x1\n";
  check_all(
      {
          {plain,
           "pallas {job=\"loki.source.journal.j\", service=\"pallas\"} x1\n"
           "{job=\"loki.source.journal.j\", unit=\"app\"} x1\n"
           "{job=\"loki.source.journal.j\", unit=\"ab\"} x1\n"
           "{job=\"loki.source.journal.j\", unit=\"ab\"} x1\n"
           "{job=\"loki.source.journal.j\"} x1\n"},
          {open,
           "{job=\"loki.source.journal.j\", unit=\"…\"} x1\n"
           "{job=\"loki.source.journal.j\", unit=\"…\"} x1\n"
           "{job=\"loki.source.journal.j\"} x1\n"},
          {untold,
           "{job=\"loki.source.journal.j\"} x1\n"
           "unsure: the values that the regex [a-c]+ matches are not known, in the rule at "
           "c.river:8:2\n"},
          {priority,
           "{job=\"loki.source.journal.j\", level=\"emerg\"|\"alert\"|\"crit\"|5 more} x8\n"},
          {"loki.source.journal \"j\" { forward_to = [loki.write.default.receiver] }", kRest},
      },
      question);
}

TEST_CASE("trace: every component that entries or targets go through says what it does to them") {
  for (const river::schema::Signature* signature : components::catalog().signatures) {
    const auto has = [](std::span<const river::schema::Field> fields, std::string_view name) {
      return std::any_of(fields.begin(), fields.end(),
                         [&](const auto& field) { return field.name == name; });
    };
    const bool passes_on = has(signature->arguments.fields, "forward_to");
    const bool takes_in = has(signature->exports, "receiver");
    // Targets of exporters are for metrics, which have no streams.
    const bool makes_logs = signature->name.starts_with("loki.") && (passes_on || takes_in);
    CAPTURE(signature->name);
    CHECK((!makes_logs || signature->streams != nullptr));
    if (signature->streams == nullptr) continue;
    const auto arguments = signature->make_arguments();
    const auto streams = std::any_cast<components::Streams>(signature->streams(arguments.get()));
    CHECK(streams.receives == takes_in);
  }
}

TEST_CASE("trace: entries that go to loki.echo as well") {
  check_all({{R"(
loki.source.file "f" {
	targets    = [{__path__ = "/a.log"}]
	forward_to = [loki.echo.e.receiver, loki.write.default.receiver]
}
loki.echo "e" { }
)",
              "{filename=\"/a.log\"} x1\n"}});
}

TEST_CASE("trace: files") {
  TraceQuestion question;
  question.services = {"apache"};
  check_all(
      {
          {R"(
local.file_match "f" {
	path_targets = [{__path__ = "/var/log/apache2/*.log", job = "apache"}]
}
loki.source.file "f" {
	targets    = local.file_match.f.targets
	forward_to = [loki.write.default.receiver]
})",
           "apache {filename=\"/var/log/apache2/….log\", job=\"apache\"} x1\n"},
          {R"(
loki.source.file "f" {
	targets    = [{__path__ = "/a/[xy].log"}, {__path__ = "/a/{b,c}/z", __hidden = "h"}]
	forward_to = [loki.write.default.receiver]
})",
           "{filename=\"/a/….log\"} x1\n"
           "{filename=\"/a/…/z\"} x1\n"},
          // The tracer's own label, in a configuration that discovers nothing.
          {R"(
loki.source.file "f" {
	targets    = [{__path__ = "/a.log", __tributary_sample = "0"}]
	forward_to = [loki.write.default.receiver]
})",
           "{filename=\"/a.log\"} x1\n"},
      },
      question);
}

TEST_CASE("trace: the service_name that Loki adds") {
  struct Labels {
    std::map<std::string, Values, std::less<>> labels;
    Values want;
  };
  for (const Labels& c : {
           Labels{{{"job", Values::of("j")}, {"service", Values::of("s")}}, Values::of("s")},
           Labels{{{"job", Values::of("j")}, {"host", Values::of("h")}}, Values::of("j")},
           Labels{{{"host", Values::of("h")}}, Values::of("unknown_service")},
           Labels{{{"service", {{"s", ""}, {}}}, {"job", Values::of("j")}}, {{"s", "j"}, {}}},
           Labels{{{"service_name", Values::of("own")}, {"job", Values::of("j")}},
                  Values::of("own")},
       }) {
    StreamFamily family;
    family.labels = c.labels;
    add_service_name(family);
    CHECK(family.labels.at("service_name") == c.want);
  }
}

}  // namespace
