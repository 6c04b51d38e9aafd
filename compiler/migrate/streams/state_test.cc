#include "compiler/migrate/streams/state.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "components/catalog.h"
#include "tests/support/archive.h"
#include "tests/support/golden.h"

using namespace compiler::migrate;
using namespace compiler::migrate::streams;

namespace {

namespace fs = std::filesystem;
using support::Folder;

std::string without(std::string text, const std::string& what) {
  for (size_t at; (at = text.find(what)) != text.npos;) text.erase(at, what.size());
  return text;
}

std::string_view kind_name(Blocker::Kind kind) {
  constexpr std::string_view kNames[] = {"no_docker_blocks",
                                         "no_docker_service",
                                         "not_in_compose",
                                         "syslog_driver",
                                         "project_name_differs",
                                         "recreate_container",
                                         "agent_without_docker_group",
                                         "lines_differ",
                                         "dual_labels"};
  return kNames[static_cast<size_t>(kind)];
}

std::string dump(std::string_view indent, std::vector<StreamFamily> families) {
  discover_service_name(families);
  std::string out;
  for (const StreamFamily& family : families) {
    out += fmt::format("{}{} x{} {}, {}\n", indent, family.text(), family.streams,
                       name(family.mechanism), family.origin);
    if (!family.unsure.empty()) out += fmt::format("{}  unsure: {}\n", indent, family.unsure);
  }
  return out;
}

std::string dump(const HostState& host) {
  std::string out = fmt::format("{}: {} of {}\n", host.host, host.done, host.total);
  for (const auto& service : host.services) {
    out += fmt::format("  {}: {}{}", service.service, name(service.mechanism),
                       service.moves ? ", moves" : "");
    if (service.port != 0)
      out += fmt::format(", port {} at {}{}", service.port, service.port_place,
                         service.port_is_unused ? ", unused" : "");
    out += fmt::format(", streams {} -> {}\n", service.streams_before, service.streams_after);
    for (const Blocker& blocker : service.blockers)
      out += fmt::format("    {} {}: {} [{}]\n", blocker.is_hint ? "hint" : "blocker",
                         kind_name(blocker.kind), blocker.message, blocker.place);
    out += dump("    - ", service.before);
    if (service.moves) out += dump("    + ", service.after);
  }
  for (const std::string& step : host.steps) out += "  step: " + step + "\n";
  return out;
}

std::string dump(const State& state, const compiler::emit::Run& run) {
  std::string out = fmt::format("{} of {}\n", state.done, state.total);
  for (const auto& host : state.hosts) out += dump(host);
  for (const auto& change : state.mapping.changes) {
    out += fmt::format("change {} \"{}\"\n", change.host, change.service);
    out += dump("  - ", change.before) + dump("  + ", change.after);
  }
  for (const auto& family : state.mapping.unchanged)
    out += fmt::format("unchanged {} \"{}\" ", family.host, family.service) + dump("", {family});
  for (const auto& missing : state.mapping.missing)
    out += fmt::format("missing \"{}\"{}: {}\n", missing.host, missing.may_move ? ", may move" : "",
                       missing.why);
  for (const std::string& sentence : missing_sentences(state.mapping)) out += sentence + "\n";
  for (const auto& error : state.not_read) out += "not read: " + error.message + "\n";
  for (const auto& error : run.io_errors) out += "error: " + error.message + "\n";
  for (const auto& found : run.diagnostics.items())
    out += river::diag::one_line(found, run.sources) + "\n";
  return out;
}

Question question() {
  Question out;
  out.check.catalog = components::catalog();
  return out;
}

/// The words of a line "NAME: a b" at the head of an input.
std::vector<std::string> words(std::string_view source, std::string_view name) {
  std::vector<std::string> out;
  const std::string key = fmt::format("{}:", name);
  const std::string_view head = source.substr(0, source.find("== "));
  size_t at = head.find(key);
  if (at == head.npos) return out;
  std::istringstream line(std::string(head.substr(0, head.find('\n', at)).substr(at + key.size())));
  for (std::string word; line >> word && word.find(':') == word.npos;) out.push_back(word);
  return out;
}

TEST_CASE("golden: how fleets stand") {
  golden::run(
      "tests/golden/migrate_fleet",
      [](const golden::Input& input) {
        Folder folder;
        Question asked = question();
        if (input.source.find("== ") != std::string::npos) {
          support::unpack(input.source, folder);
          asked.inventory.inventory = folder.path() / "inventory";
          asked.inventory.playbook_dir = folder.path();
        }
        asked.services = words(input.source, "services");
        asked.hosts = words(input.source, "hosts");
        for (const std::string& path : words(input.source, "compose"))
          asked.compose.push_back(folder.path() / path);
        compiler::emit::Run run;
        const State state = read_state(asked, run);
        return without(dump(state, run), folder.path().string() + "/");
      },
      ".fleet");
}

}  // namespace
