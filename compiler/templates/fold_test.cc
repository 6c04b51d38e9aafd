#include "compiler/templates/fold.h"

#include <doctest/doctest.h>

#include "river/parser.h"
#include "river/printer.h"

namespace {

using namespace compiler;
using namespace compiler::templates;

/// `x = EXPRESSION` folded for one host, as text; findings in front.
std::string folded(std::string_view expression) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto vars = yaml::parse(
      sources.add("vars.yml",
                  "rack: a1\nports: [1, 2]\nlimits: {cpu: 2, deep: {x: 0.5}}\non: yes\n"),
      diagnostics);
  inventory::HostEntry entry;
  entry.name = "puck";
  entry.layers = {vars->root};
  host::Host host;
  host.entry = &entry;
  host.name = "puck";
  host.hostname = {"puck.lan", {}};
  host.environment = {"lab", {}};
  host.services = {{"docker", {}}, {"kairos", {}}};
  const auto tree =
      river::parse(sources.add("t.river", "x = " + std::string(expression) + "\n"), diagnostics);
  base::Arena arena;
  const inventory::RenderedTexts rendered;
  HostFolder folder(host, rendered, arena, diagnostics);
  const river::ast::Expr* value = folder.fold(*tree->body.statements[0]->value);
  std::string text;
  for (const auto& one : diagnostics.items())
    text += fmt::format("[{}] {}; ", one.code, one.message);
  return text + river::print_expression(*value);
}

TEST_CASE("fold: what is known becomes its value") {
  struct Case {
    std::string_view expression, result;
  };
  for (const Case& c : {
           Case{"host.name", "\"puck\""},
           {"host.hostname + \"/\" + host.environment", "\"puck.lan/lab\""},
           {"host.docker", "true"},
           {"!host.docker", "false"},
           {"host.services", "[\"docker\", \"kairos\"]"},
           {"host.services[1]", "\"kairos\""},
           {"host.vars.rack", "\"a1\""},
           {"host[\"vars\"][\"rack\"]", "\"a1\""},
           {"host.vars.ports[0] + 1", "2"},
           {"host.vars.limits.cpu * 2", "4"},
           {"host.vars.limits.deep.x", "0.5"},
           {"host.vars.on", "true"},
           {"string.to_upper(host.name)", "\"PUCK\""},
           {"string.format(\"%s-%d\", host.name, host.vars.limits.cpu)", "\"puck-2\""},
           {"[host.name, host.environment]", "[\"puck\", \"lab\"]"},
       }) {
    CAPTURE(c.expression);
    CHECK(folded(c.expression) == c.result);
  }
}

TEST_CASE("fold: what needs the machine stays, with the host's parts put in") {
  struct Case {
    std::string_view expression, result;
  };
  for (const Case& c : {
           Case{"1 + 2", "1 + 2"},
           {"sys.env(\"HOME\")", "sys.env(\"HOME\")"},
           {"sys.env(\"HOME\") + host.name", "sys.env(\"HOME\") + \"puck\""},
           {"sys.env(string.to_upper(host.name))", "sys.env(\"PUCK\")"},
           {"constants.hostname + host.name", "constants.hostname + \"puck\""},
           {"[loki.write.a.receiver]", "[loki.write.a.receiver]"},
       }) {
    CAPTURE(c.expression);
    CHECK(folded(c.expression) == c.result);
  }
}

TEST_CASE("fold: mistakes are reported once") {
  struct Case {
    std::string_view expression, finding;
  };
  for (const Case& c : {
           Case{"host.nmae", "[F065] host puck has no nmae; "},
           {"host.vars.rak", "[F065] host puck has no vars.rak; "},
           {"host.vars.limits.mem", "[F065] host puck has no vars.limits.mem; "},
           {"host.vars", "[F065] host puck has no vars; "},
           {"string.to_upper(host.nmae) + host.name", "[F065] host puck has no nmae; "},
       }) {
    CAPTURE(c.expression);
    CHECK(folded(c.expression).starts_with(c.finding));
    CHECK(folded(c.expression).find("[", 2) == std::string::npos);
  }
  CHECK(folded("host.name - 1").starts_with("[R"));
}

}  // namespace
