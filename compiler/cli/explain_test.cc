#include "compiler/explain/explain.h"

#include <doctest/doctest.h>

#include "components/catalog.h"
#include "tests/support/archive.h"

namespace {

constexpr std::string_view kExplained = R"(== inventory/hosts.yml
all: {hosts: {h1: {rack: r1}}}
== group_vars/all.yml
deployment_environment: lab
domain: incus
level: info
kairos_syslog_port: 51400
telemetry:
  docker: {refresh_interval: 10s}
  backends:
    loki:
      url: http://me@old:3100/loki/api/v1/push
      external_labels: {site: "{{ rack }}", zone: a}
== host_vars/h1.yml
services: [docker, kairos]
fqdn: "{{ inventory_hostname }}.{{ domain }}"
kairos_syslog_port: 51412
telemetry:
  hostname: "{{ fqdn }}"
  docker: {discovery: true}
  backends:
    loki:
      url: http://loki:3100/loki/api/v1/push
== templates/default.river
fleet.syslog "services" { }
fleet.docker "containers" { }
fleet.backends "default" { }
logging {
  level = host.vars.level
}
)";

compiler::explain::Question question_of(const support::Folder& folder, std::string subject,
                                        std::string part) {
  support::unpack(kExplained, folder);
  compiler::explain::Question question;
  question.subject = std::move(subject);
  question.part = std::move(part);
  question.load.inventory = folder.path() / "inventory";
  question.check.catalog = components::catalog();
  return question;
}

compiler::emit::CommandResult asked(std::string subject, std::string part) {
  const support::Folder folder;
  return compiler::explain::explain(question_of(folder, std::move(subject), std::move(part)));
}

TEST_CASE("explain: each value with what made it and what it overrode") {
  struct Case {
    std::string_view part, text;
  };
  for (const Case& c :
       {Case{"loki.write.default.endpoint.url",
             "loki.write.default  host_vars/h1.yml:9:7\n"
             "  endpoint.url = \"http://loki:3100/loki/api/v1/push\"\n"
             "    from host_vars/h1.yml:9:12  telemetry.backends.loki.url\n"
             "    overrides group_vars/all.yml:9:12  http://me@old:3100/loki/api/v1/push\n"},
        {"loki.write.default.external_labels.site",
         "loki.write.default  host_vars/h1.yml:9:7\n"
         "  external_labels.site = \"r1\"\n"
         "    from group_vars/all.yml:10:31  telemetry.backends.loki.external_labels.site\n"
         "    with inventory/hosts.yml:1:26  rack = r1\n"},
        {"loki.source.syslog.services.listener.address",
         "loki.source.syslog.services  templates/default.river:1:1\n"
         "  listener.address = \"127.0.0.1:51412\"\n"
         "    from host_vars/h1.yml:3:21  kairos_syslog_port\n"
         "    overrides group_vars/all.yml:4:21  51400\n"},
        {"loki.source.syslog.services.listener.labels.hostname",
         "loki.source.syslog.services  templates/default.river:1:1\n"
         "  listener.labels.hostname = \"h1.incus\"\n"
         "    from host_vars/h1.yml:5:13  telemetry.hostname\n"
         "    with host_vars/h1.yml:2:7  fqdn = {{ inventory_hostname }}.{{ domain }}\n"
         "    with group_vars/all.yml:2:9  domain = incus\n"},
        {"loki.source.syslog.services.listener.protocol",
         "loki.source.syslog.services  templates/default.river:1:1\n"
         "  listener.protocol = \"tcp\"\n"
         "    from templates/default.river:1:1  fleet.syslog \"services\"\n"},
        {"logging.level",
         "logging  templates/default.river:4:1\n"
         "  level = \"info\"\n"
         "    from group_vars/all.yml:3:8  level\n"
         "    in templates/default.river:5:3\n"}}) {
    CAPTURE(c.part);
    const auto result = asked("h1", std::string(c.part));
    CHECK(result.out == c.text);
    CHECK(result.err == "");
    CHECK(result.exit_code == 0);
  }
  const auto all = asked("h1", "");
  for (const char* component : {"discovery.docker.containers  ", "discovery.relabel.containers  ",
                                "loki.source.docker.containers  ", "logging  "})
    CHECK(all.out.find(component) != all.out.npos);
}

TEST_CASE("graph: lines, and what sources take from others") {
  const support::Folder folder;
  const auto question = question_of(folder, "h1", "");
  using compiler::explain::GraphFormat;
  const auto dot = compiler::explain::graph(question, GraphFormat::dot);
  CHECK(dot.exit_code == 0);
  for (const char* line :
       {"digraph \"h1\" {", "\"loki.source.syslog.services\" -> \"loki.write.default\"\n",
        "\"discovery.docker.containers\" -> \"discovery.relabel.containers\" [style=dashed]\n",
        "\"discovery.relabel.containers\" -> \"loki.source.docker.containers\" [style=dashed]\n",
        "\"loki.source.docker.containers\" -> \"loki.write.default\"\n"}) {
    CAPTURE(line);
    CHECK(dot.out.find(line) != dot.out.npos);
  }
  const auto mermaid = compiler::explain::graph(question, GraphFormat::mermaid).out;
  CHECK(mermaid.starts_with("flowchart LR\n"));
  CHECK(mermaid.find("[\"loki.write.default\"]\n") != mermaid.npos);
}

TEST_CASE("explain: what is not there is named with the nearest") {
  const auto host = asked("h2", "");
  CHECK(host.exit_code == 2);
  CHECK(host.err.find("did you mean \"h1\"?") != host.err.npos);
  const auto part = asked("h1", "loki.write.defualt");
  CHECK(part.exit_code == 1);
  CHECK(part.err.find("did you mean loki.write.default?") != part.err.npos);
  CHECK(asked("F999", "").exit_code == 2);
  CHECK(asked("f022", "").out.starts_with("F022: "));
}

}  // namespace
