#include <algorithm>
#include <iterator>

#include "compiler/cli/command_line.h"
#include "river/diag/diagnostics.h"
#include "river/diag/render.h"

namespace compiler::cli {
namespace {

struct Page {
  std::string_view command;  ///< with those above it
  std::string_view examples;
  std::string_view exit_codes;
};

constexpr std::string_view kOfFindings =
    "0 no findings, 1 findings, 2 wrong usage or a file that cannot be read or written";
constexpr std::string_view kOfErrors =
    "0 no errors, 1 errors, 2 wrong usage or a file that cannot be read or written";
constexpr std::string_view kOfChanges =
    "0 nothing changes, 1 an error, 2 something changes, 3 a change is breaking";
constexpr std::string_view kOfPrinting = "0 printed, 2 wrong usage or it could not be written";

constexpr Page kPages[] = {
    {"",
     "  cfgc validate host_vars/             every host, findings point into the YAML\n"
     "  cfgc validate host_vars/puck.yml     one host\n"
     "  cfgc compile                         all hosts to compiled/HOST/config.river\n"
     "  cfgc compile --host puck --out /tmp/puck\n"
     "  cfgc plan                            what a deploy would change against compiled/\n"
     "  cfgc breaking --against main         fail when it changes what others depend on\n"
     "  cfgc explain F012                    what a code means\n"
     "  cfgc explain puck loki.write         where a host's values come from\n"
     "  cfgc test templates/                 what arrives, and which entries should leave\n"
     "  cfgc import promtail.yaml -o config.river\n"
     "  cfgc fmt --check templates/*.river\n"
     "  cfgc kubernetes rbac config.river    the roles that it needs in a cluster\n"
     "  helm template charts/tributary | cfgc kubernetes check -\n"
     "  cfgc migrate report --dashboards grafana/ --rules rules/\n",
     "0 no findings, 1 findings, 2 wrong usage or a file that cannot be read or\n"
     "written; plan, breaking and migrate have others: see their --help"},
    {"fmt",
     "  cfgc fmt --check templates/*.river\n"
     "  cfgc fmt --write config.river\n"
     "  cfgc fmt < config.river\n",
     "0 formatted, 1 syntax errors, or with --check and --diff a file is not canonical,\n"
     "2 wrong usage or a file that cannot be read or written"},
    {"validate",
     "  cfgc validate host_vars/\n"
     "  cfgc validate host_vars/puck.yml --format github\n"
     "  cfgc validate config.river\n",
     kOfFindings},
    {"compile",
     "  cfgc compile\n"
     "  cfgc compile --host puck --out /tmp/puck\n"
     "  cfgc compile --strict -i production -i staging\n",
     kOfErrors},
    {"catalogue", "  cfgc catalogue --format json\n", kOfPrinting},
    {"schema", "  cfgc schema > host_vars.schema.json\n", kOfPrinting},
    {"status",
     "  cfgc status\n"
     "  cfgc status --host puck --format json\n",
     "0 every host runs what is compiled and is healthy, 1 some host does not, 2 wrong usage"},
    {"explain",
     "  cfgc explain F012\n"
     "  cfgc explain puck loki.write.default.endpoint.url\n",
     kOfErrors},
    {"graph", "  cfgc graph puck --format dot | dot -Tsvg > puck.svg\n", kOfErrors},
    {"kubernetes",
     "  cfgc kubernetes rbac config.river | kubectl apply -f -\n"
     "  helm template charts/tributary | cfgc kubernetes check -\n",
     kOfFindings},
    {"kubernetes rbac", "  cfgc kubernetes rbac config.river --namespace monitoring\n",
     kOfFindings},
    {"kubernetes check", "  helm template charts/tributary | cfgc kubernetes check -\n",
     kOfFindings},
    {"plan",
     "  cfgc plan\n"
     "  cfgc plan --against HEAD~1 --host puck\n",
     kOfChanges},
    {"breaking", "  cfgc breaking --against main --level labels\n",
     "0 no breaking change, 1 an error, 3 a change is breaking"},
    {"test",
     "  cfgc test templates/\n"
     "  cfgc test templates/ --deny warnings --format junit > cases.xml\n",
     "0 all pass, 1 a case fails, a configuration has errors, or, with --deny warnings,\n"
     "there are warnings; 2 wrong usage or a file that cannot be read or written"},
    {"import",
     "  cfgc import promtail.yaml -o config.river\n"
     "  cfgc import promtail.yaml --expand-env | cfgc validate -\n",
     "0 all is carried over, 1 something is not, 2 wrong usage or a file that cannot be\n"
     "read or written"},
    {"completion", "  source <(cfgc completion bash)\n", kOfPrinting},
    {"man", "  cfgc man | man -l -\n", kOfPrinting},
};

}  // namespace

std::string help_footer(std::string_view command) {
  const auto* page = std::find_if(std::begin(kPages), std::end(kPages),
                                  [&](const Page& one) { return one.command == command; });
  if (page == std::end(kPages)) return {};
  return fmt::format("Examples:\n{}\nExit codes: {}", page->examples, page->exit_codes);
}

std::string no_such_command(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view near = river::diag::did_you_mean(word, known);
  return fmt::format("cfgc: there is no command {}{}\nRun cfgc --help for the list.\n",
                     river::diag::visible_line(word),
                     near.empty() ? "" : fmt::format(": did you mean {}?", near));
}

}  // namespace compiler::cli
