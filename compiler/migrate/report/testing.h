#pragma once
#include <string>
#include <utility>

#include "compiler/migrate/report/report.h"

/// A report built by hand that has everything in it once: what each format is tested with.
namespace compiler::migrate::report::testing {

inline constexpr const char* kHostile =
    "</script><img src=x onerror=\"alert('1')\"> | `x` **b** @all \x1b[31mred\x1b[0m \xFF\xFE "
    "\u202E";

inline streams::StreamFamily family(std::string service, streams::Mechanism mechanism,
                                    std::map<std::string, streams::Values, std::less<>> labels) {
  streams::StreamFamily family;
  family.host = "puck";
  family.service = std::move(service);
  family.mechanism = mechanism;
  family.labels = std::move(labels);
  return family;
}

inline streams::State sample_fleet() {
  streams::ServiceState kairos{
      .service = "kairos", .mechanism = streams::Mechanism::syslog, .port = 51412};
  kairos.port_place = "host_vars/puck.yml:14:22";
  kairos.moves = true;
  kairos.before = {
      family("kairos", streams::Mechanism::syslog,
             {{"job", streams::Values::of("kairos")}, {"hostname", streams::Values::of("puck")}})};
  kairos.after = {family("kairos", streams::Mechanism::docker,
                         {{"service", streams::Values::of("kairos")},
                          {"component", streams::Values::of("app")}}),
                  family("kairos", streams::Mechanism::docker,
                         {{"service", streams::Values::of("kairos")},
                          {"component", streams::Values::of("worker")}})};
  kairos.after[1].unsure = "its Compose file has a service that a variable names";
  kairos.streams_before = 1;
  kairos.streams_after = 2;
  kairos.blockers = {
      {streams::Blocker::Kind::syslog_driver,
       "the Compose file says `logging: driver: syslog`: take the block out",
       "compose/kairos/docker-compose.yml:9:7", false},
      {streams::Blocker::Kind::recreate_container,
       "recreate the containers: a log driver is fixed when a container is made", "", true}};
  streams::ServiceState athena{
      .service = "athena", .mechanism = streams::Mechanism::docker, .port = 51410};
  athena.port_place = "host_vars/puck.yml:12:22";
  athena.port_is_unused = true;
  athena.streams_before = athena.streams_after = 3;
  streams::ServiceState journal{.service = kHostile, .mechanism = streams::Mechanism::journal};
  streams::HostState puck{"puck", {athena, journal, kairos}, {}, 3, 7};
  puck.steps = {"Deploy the agent: cfgc compile, then deploy.yml --limit puck",
                "Recreate kairos: docker compose up -d --force-recreate"};
  streams::HostState titania{"titania", {}, {}, 4, 4};
  streams::State fleet;
  fleet.hosts = {puck, titania, streams::HostState{"caliban", {}, {}, 0, 0}};
  fleet.mapping.changes = {{"puck", "kairos", kairos.before, kairos.after}};
  fleet.done = 7;
  fleet.total = 11;
  return fleet;
}

/// Adds a use with its finding to the report's last document.
inline impact::Finding& add(Report& report, std::string old, impact::Verdict verdict,
                            std::string reason, std::vector<std::string> title,
                            bool is_alert = false) {
  documents::Document& document = report.documents.back();
  documents::Use& use = document.uses.emplace_back();
  use.language = documents::Language::logql;
  use.is_alert = is_alert;
  use.text = documents::Excerpt::of_file(old);
  use.line = static_cast<uint32_t>(document.uses.size());
  use.column = 3;
  use.pointer = "/panels/" + std::to_string(document.uses.size() - 1) + "/targets/0/expr";
  use.title = std::move(title);
  impact::Finding& finding = report.findings.emplace_back();
  finding.document = report.documents.size() - 1;
  finding.use = document.uses.size() - 1;
  finding.verdict = verdict;
  finding.reason = std::move(reason);
  if (verdict != impact::Verdict::same) finding.services = {"puck/kairos"};
  return finding;
}

inline void add_rules(Report& report) {
  report.documents.push_back(
      {.path = "rules/kairos.yml", .text = "é: {expr: x}\n", .kind = "rules"});
  auto& silent =
      add(report, "sum(rate({job=\"kairos\"} |= \"error\" [5m])) > 0", impact::Verdict::empty,
          "No stream has job=\"kairos\" after the move: the alert never fires.",
          {"kairos", "KairosErrors"}, true);
  silent.proposal =
      impact::Proposal{"sum(rate({service=\"kairos\"} |= \"error\" [5m])) > 0", {}, ""};
  silent.proposal->edits = {{4, 7, "service=\"kairos\""}};
  silent.transitions = {
      {impact::Transition::Kind::or_expression,
       "sum(rate({job=\"kairos\"} |= \"error\" [5m])) > 0 or "
       "sum(rate({service=\"kairos\"} |= \"error\" [5m])) > 0",
       "reads both streams"},
      {impact::Transition::Kind::dual_labels, "telemetry.docker.dual_labels: [kairos]",
       "2 more streams on puck, 6 of 15 labels"}};
  auto& loud = add(report, "count_over_time({hostname=\"puck\", job!=\"systemd\"}[5m]) > 9",
                   impact::Verdict::widens, "Streams without `job` pass job!=\"systemd\".",
                   {"kairos", "Noise"}, true);
  loud.proposal =
      impact::Proposal{"count_over_time({hostname=\"puck\", service=\"kairos\"}[5m]) > 9", {}, ""};
  loud.proposal->blocked = "the query is in a plain YAML scalar that cannot hold a quote";
}

inline void add_dashboard(Report& report) {
  report.documents.push_back({.path = "dashboards/a b/ü.json", .text = "{}", .kind = "dashboard"});
  add(report, "{hostname=\"puck\"}", impact::Verdict::same, "", {"Puck", "All lines", "A"});
  add(report, "{job=~\"kairos|athena\"}\n  | json\n  | level=\"error\"", impact::Verdict::narrows,
      "job=\"kairos\" has no streams after the move; job=\"athena\" stays.",
      {"Puck", "Errors", "A"})
      .proposal =
      impact::Proposal{"{service=~\"kairos|athena\"}\n  | json\n  | level=\"error\"", {}, ""};
  auto& unsure = add(report, "{job=\"$job\"}", impact::Verdict::unknown,
                     "`$job` is a text box: its value is not known.", {"Puck", "Any", "B"});
  unsure.confidence = impact::Confidence::guess;
  auto& legend =
      add(report, "{{container_name}}", impact::Verdict::value_changed,
          "`container_name` begins with a slash before the move.", {"Puck", "By container", "C"});
  legend.confidence = impact::Confidence::likely;
  report.documents.back().uses.back().kind = documents::UseKind::label_template;
  add(report, std::string("{job=\"kairos\"} |= \"") + kHostile + "\"", impact::Verdict::empty,
      kHostile, {kHostile, "```\n| a | b |", "A"})
      .proposal =
      impact::Proposal{std::string("{service=\"kairos\"} |= \"") + kHostile + "\"", {}, ""};
  report.documents.back().passed = {{"datasource of type mysql", 2}, {"expression", 1}};
  report.documents.back().unrecognised = {
      {40, 5, "/panels/9", {"Puck", "Shared"}, "a library panel that is not in the folders given"}};
}

inline Report sample_report() {
  Report report;
  report.fleet = sample_fleet();
  add_dashboard(report);
  add_rules(report);
  report.comparisons = {{1, true, 40, 40, 1, 2, true, "both find as many lines"},
                        {6, false, 0, 0, 0, 0, false, "$job is used in a filter"}};
  return report;
}

}  // namespace compiler::migrate::report::testing
