#include <algorithm>
#include <set>

#include "base/files.h"
#include "compiler/checks/checks.h"
#include "compiler/kubernetes/manifests.h"
#include "river/parser.h"

namespace compiler::kubernetes {

using components::kubernetes::Right;
using river::diag::Diagnostics;
using river::diag::SourceMap;

namespace {

constexpr std::string_view kNodeLogs[] = {"/var/log/pods", "/var/log/containers"};

yaml::Span place_of(const Agent& agent) {
  return at(agent.object, {"metadata", "name"}) != nullptr
             ? at(agent.object, {"metadata", "name"})->span
             : agent.object->span;
}

bool is_daemon_set(const Agent& agent) {
  return text_at(agent.object, {"kind"}) == "DaemonSet";
}

/// Positions and queues that end with the pod: each rollout sends all files again.
void check_storage(const Manifests& manifests, const Agent& agent, Diagnostics& diagnostics) {
  if (!is_daemon_set(agent)) return;
  const yaml::Node* volume = manifests.volume_of(agent, agent.storage_path);
  if (volume != nullptr && at(volume, {"emptyDir"}) == nullptr) return;
  diagnostics
      .warning("F111", place_of(agent), "{} keeps its positions {}: they end with the pod",
               agent.name, volume == nullptr ? "in the container" : "in an emptyDir")
      .with_help(
          "mount a folder of the node (hostPath) at --storage.path, or every rollout sends "
          "all files again");
}

void check_tolerations(const Agent& agent, Diagnostics& diagnostics) {
  if (!is_daemon_set(agent)) return;
  const auto given = items_of(at(agent.pod, {"tolerations"}));
  const bool is_everywhere = std::any_of(given.begin(), given.end(), [](const yaml::Node* one) {
    const std::string_view effect = text_at(one, {"effect"});
    return text_at(one, {"operator"}) == "Exists" && at(one, {"key"}) == nullptr &&
           (effect.empty() || effect == "NoSchedule");
  });
  if (is_everywhere) return;
  diagnostics
      .warning("F112", place_of(agent),
               "{} does not run on nodes with taints, such as those of the control plane",
               agent.name)
      .with_help("tolerations: [{operator: Exists}]");
}

void check_mounts(const Manifests& manifests, const Agent& agent, std::string_view config,
                  Diagnostics& diagnostics) {
  for (const std::string_view folder : kNodeLogs) {
    if (config.find(folder) == config.npos) continue;
    if (at(manifests.volume_of(agent, folder), {"hostPath"}) != nullptr) continue;
    diagnostics
        .warning("F114", place_of(agent), "{} reads {}, which is not mounted", agent.name, folder)
        .with_help("mount the node's /var/log (hostPath, read-only)");
    return;
  }
}

void check_rights(const Manifests& manifests, const Agent& agent,
                  const river::config::Program& program, Diagnostics& diagnostics) {
  if (!manifests.has_roles()) return;
  for (const NeededRight& needed : rights_of(program)) {
    std::set<std::string> where(needed.right.namespaces.begin(), needed.right.namespaces.end());
    if (needed.right.own_namespace) where.insert(agent.own_namespace);
    if (where.empty()) where.insert("");
    for (const std::string& place : where)
      for (const std::string& verb : needed.right.verbs)
        if (!manifests.is_granted(agent, needed.right, verb, place)) {
          diagnostics
              .warning("F113", place_of(agent), "{} may not {} {}{}, which {} needs", agent.name,
                       verb, needed.right.resource,
                       place.empty() ? " in all namespaces" : " in namespace " + place,
                       needed.component)
              .with_help("cfgc kubernetes rbac prints the roles that a configuration needs");
          break;
        }
  }
}

/// The configuration as a source, whose lines are mapped to their places in the YAML.
base::NamedText config_text(const yaml::Node& config, const SourceMap& sources,
                            std::vector<uint32_t>& written_at) {
  const river::diag::SourceFile* file = sources.file(config.span.begin);
  const uint32_t first = file->line_of(config.span.begin - file->base);
  const bool is_block = file->text[config.span.begin - file->base] == '|';
  std::string text(config.text);
  const auto lines = static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (uint32_t i = 0; i < lines; ++i) {
    const uint32_t line = std::min<uint32_t>(is_block ? first + 1 + i : first,
                                             static_cast<uint32_t>(file->line_starts.size()));
    const uint32_t start = file->base + file->line_starts[line - 1];
    written_at.push_back(sources.written({start, start + 1}).begin);
  }
  return {file->name, std::move(text)};
}

void check_config(const Manifests& manifests, const Agent& agent, const yaml::Node& config,
                  const emit::CheckOptions& check, bool is_new, emit::Run& run) {
  check_mounts(manifests, agent, config.text, run.diagnostics);
  std::vector<uint32_t> written_at;
  base::NamedText text = config_text(config, run.sources, written_at);
  const auto& source =
      run.sources.add_made(std::move(text.name), std::move(text.text), std::move(written_at));
  Diagnostics found;
  const auto tree = river::parse(source, found);
  const river::ast::Tree* trees[] = {tree.get()};
  const auto program = river::config::resolve(trees, check.catalog, check.stability, found);
  river::config::check(program, found);
  if (!found.has_errors()) {
    checks::check_design(program, found);
    check_rights(manifests, agent, program, run.diagnostics);
  }
  if (!is_new) return;
  for (const auto& one : found.items()) run.diagnostics.add(one);
}

/// Moves findings from documents and configurations to the lines of the files they are made of.
void show_in_files(emit::Run& run) {
  Diagnostics placed;
  for (river::diag::Diagnostic one : run.diagnostics.items()) {
    one.span = run.sources.written(one.span);
    for (river::diag::Note& note : one.notes) note.span = run.sources.written(note.span);
    placed.add(std::move(one));
  }
  run.diagnostics = std::move(placed);
}

}  // namespace

void check_agents(const Manifests& manifests, const emit::CheckOptions& check, emit::Run& run) {
  std::set<const yaml::Node*> seen;
  for (const Agent& agent : manifests.agents()) {
    ++run.configs;
    check_storage(manifests, agent, run.diagnostics);
    check_tolerations(agent, run.diagnostics);
    const yaml::Node* config = manifests.config_of(agent);
    if (config != nullptr)
      check_config(manifests, agent, *config, check, seen.insert(config).second, run);
  }
}

emit::CommandResult check_manifests(const ManifestOptions& options,
                                    const std::function<std::string()>& input) {
  emit::Run run;
  Manifests manifests;
  for (const std::filesystem::path& file : options.files) {
    if (file == "-") {
      manifests.read("stdin", input(), run.sources, run.diagnostics);
      continue;
    }
    auto text = base::read_file(file);
    if (text)
      manifests.read(file.string(), std::move(*text), run.sources, run.diagnostics);
    else
      run.io_errors.push_back(text.error());
  }
  if (run.io_errors.empty()) check_agents(manifests, options.check, run);
  if (run.configs == 0 && run.io_errors.empty() && !run.diagnostics.has_errors())
    run.io_errors.push_back({"no pod in these manifests runs an agent"});
  show_in_files(run);
  return finish(run, options.check, true);
}

}  // namespace compiler::kubernetes
