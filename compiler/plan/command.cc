#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "compiler/migrate/revision.h"
#include "compiler/migrate/streams/mapping.h"
#include "compiler/plan/plan.h"

namespace compiler::plan {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFile = "config.river";
constexpr int kSame = 0, kError = 1, kChanges = 2, kBreaking = 3;
constexpr size_t kHostsShown = 6;

using Configs = std::map<std::string, Config>;

/// The hosts of a folder HOST/config.river.
base::Result<Configs> read_configs(const fs::path& folder, const emit::CheckOptions& check,
                                   emit::Run& run) {
  Configs out;
  std::error_code problem;
  for (const fs::path& path : base::list_folder(folder, problem)) {
    std::error_code none;
    if (!fs::is_regular_file(path / kFile, none)) continue;
    auto text = base::read_file(path / kFile);
    if (!text) return tl::unexpected(text.error());
    Config& config = out[path.filename().string()];
    river::diag::Diagnostics found;
    config.trees =
        river::config::load({{(path / kFile).string(), std::move(*text)}}, run.sources, found);
    const river::ast::Tree* trees[] = {config.trees[0].get()};
    config.program = river::config::resolve(trees, check.catalog, check.stability, found);
    if (found.has_errors()) run.diagnostics.append(std::move(found));
  }
  if (problem) return base::fail("{}: {}", folder.string(), problem.message());
  return out;
}

/// What was, in a folder: the one that is named, or that of a revision, compiled into `made`.
base::Result<fs::path> old_side(const Options& options, const fs::path& made, emit::Run& run) {
  std::error_code none;
  if (fs::is_directory(options.against, none)) return fs::path(options.against);
  if (options.against.find('/') != std::string::npos || options.against == Options().against)
    return base::fail("{}: no such folder; run cfgc compile, or name a git revision",
                      options.against);
  const auto done =
      migrate::compile_revision(options.against, options.load, options.check, made, run);
  if (!done) return tl::unexpected(done.error());
  return made;
}

std::map<std::string, std::vector<Change>> changes_by_host(
    const Configs& before, const Configs& after, const migrate::streams::Mapping& mapping) {
  std::map<std::string, std::vector<Change>> changes;
  for (const auto& [host, config] : before)
    if (!after.contains(host))
      changes[host].push_back({Level::targets, true, "the host goes"});
    else
      changes[host] = compare(config.program, after.at(host).program);
  for (const auto& [host, config] : after)
    if (!before.contains(host)) changes[host].push_back({Level::targets, false, "a new host"});
  for (const auto& change : mapping.changes)
    if (before.contains(change.host) && after.contains(change.host))
      changes[change.host].push_back(stream_change(change));
  return changes;
}

std::string names_of(const std::vector<std::string>& hosts) {
  const size_t shown = std::min(hosts.size(), kHostsShown);
  std::string text = fmt::format("{}", fmt::join(hosts.begin(), hosts.begin() + shown, ", "));
  if (hosts.size() > shown) text += fmt::format(" and {} more", hosts.size() - shown);
  return text;
}

std::string as_text(const std::vector<Group>& groups) {
  std::string out;
  for (const Group& group : groups) {
    out += fmt::format("{}{} ({}):\n", out.empty() ? "" : "\n", names_of(group.hosts),
                       group.hosts.size() == 1 ? std::string("1 host")
                                               : fmt::format("{} hosts", group.hosts.size()));
    for (const Change& change : group.changes)
      out += fmt::format("  {:<9}{:<8}  {}\n", change.is_breaking ? "BREAKING" : "",
                         name(change.level), change.text);
  }
  return out;
}

std::string as_json(const std::vector<Group>& groups) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Group& group : groups) {
    nlohmann::ordered_json changes = nlohmann::ordered_json::array();
    for (const Change& change : group.changes)
      changes.push_back(
          {{"level", name(change.level)}, {"breaking", change.is_breaking}, {"text", change.text}});
    all.push_back({{"hosts", group.hosts}, {"changes", changes}});
  }
  return base::json_text(all, 2) + "\n";
}

/// Only what is breaking, of a level or above.
void keep_breaking(std::map<std::string, std::vector<Change>>& by_host, Level least) {
  for (auto& one : by_host)
    std::erase_if(one.second, [&](const Change& change) {
      return !change.is_breaking || change.level < least;
    });
}

emit::CommandResult failed(emit::Run& run, const Options& options, const std::string& why) {
  emit::CommandResult result;
  emit::remove_accepted(run.sources, run.diagnostics);
  run.diagnostics.sort();
  result.out = river::diag::render(run.diagnostics, run.sources, options.check.format,
                                   options.check.columns);
  for (const base::Error& error : run.io_errors) result.err += "cfgc: " + error.message + "\n";
  if (run.io_errors.empty()) result.err += "cfgc: " + why + "\n";
  result.exit_code = kError;
  return result;
}

emit::CommandResult answer(const std::vector<Group>& groups, size_t hosts, const Options& options) {
  emit::CommandResult result;
  result.out = options.json ? as_json(groups) : as_text(groups);
  size_t changed = 0;
  bool is_breaking = false;
  for (const Group& group : groups) {
    changed += group.hosts.size();
    for (const Change& change : group.changes) is_breaking |= change.is_breaking;
  }
  result.err = fmt::format("{} of {} hosts change{}\n", changed, hosts,
                           is_breaking ? ", and what others depend on with them" : "");
  if (options.breaking_only && !is_breaking) result.err = "nothing that others depend on changes\n";
  result.exit_code = is_breaking ? kBreaking : groups.empty() ? kSame : kChanges;
  return result;
}

}  // namespace

emit::CommandResult run_plan(const Options& options) {
  emit::Run run;
  const auto folder = migrate::TemporaryFolder::make();
  if (!folder) return failed(run, options, folder.error().message);
  const fs::path now = folder->path() / "now", then = folder->path() / "then";
  if (auto done = migrate::compile_today(options.load, options.check, now, run); !done)
    return failed(run, options, done.error().message);
  auto against = old_side(options, then, run);
  if (!against) return failed(run, options, against.error().message);
  auto before = read_configs(*against, options.check, run);
  auto after = read_configs(now, options.check, run);
  for (const auto* side : {&before, &after})
    if (!*side) return failed(run, options, side->error().message);
  if (run.diagnostics.has_errors())
    return failed(run, options, against->string() + " cannot be compared");
  const auto& only = options.load.only_hosts;
  if (!only.empty())  // Of the others nothing is asked.
    std::erase_if(*before, [&](const auto& one) {
      return std::find(only.begin(), only.end(), one.first) == only.end();
    });
  const auto mapping = migrate::streams::difference(*against, now, {}, options.check, run);
  if (!mapping) return failed(run, options, mapping.error().message);
  auto changes = changes_by_host(*before, *after, *mapping);
  const size_t hosts = changes.size();
  if (options.breaking_only) keep_breaking(changes, options.least);
  return answer(group(changes), hosts, options);
}

}  // namespace compiler::plan
