#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/files.h"
#include "base/json.h"
#include "base/thread.h"
#include "compiler/migrate/revision.h"
#include "compiler/migrate/streams/mapping.h"
#include "compiler/plan/plan.h"

namespace compiler::plan {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFile = "config.river";
constexpr int kSame = 0, kError = 1, kChanges = 2, kBreaking = 3;
constexpr size_t kHostsShown = 6;

/// One host before and after; empty: it is not there.
struct Sides {
  std::string host;
  fs::path old_file;
  const std::string* new_text = nullptr;
};

/// The hosts of a folder HOST/config.river that are asked for, and those that are compiled now.
base::Result<std::vector<Sides>> sides_of(const fs::path& folder,
                                          const std::vector<emit::CompiledHost>& compiled,
                                          const std::vector<std::string>& only) {
  std::map<std::string, Sides> all;
  std::error_code problem;
  for (const fs::path& path : base::list_folder(folder, problem)) {
    std::error_code none;
    const std::string host = path.filename().string();
    if (!only.empty() && std::find(only.begin(), only.end(), host) == only.end()) continue;
    if (fs::is_regular_file(path / kFile, none)) all[host].old_file = path / kFile;
  }
  if (problem) return base::fail("{}: {}", folder.string(), problem.message());
  for (const emit::CompiledHost& host : compiled) all[host.name].new_text = &host.text;
  std::vector<Sides> out;
  for (auto& [host, sides] : all) {
    sides.host = host;
    out.push_back(std::move(sides));
  }
  return out;
}

/// One configuration; views the source map that it was read with.
struct Config {
  std::vector<std::unique_ptr<river::ast::Tree>> trees;
  river::config::Program program;

  Config(const std::string& name, std::string text, const emit::CheckOptions& check,
         river::diag::SourceMap& sources, river::diag::Diagnostics& found)
      : trees(river::config::load({{name, std::move(text)}}, sources, found)) {
    const river::ast::Tree* views[] = {trees[0].get()};
    program = river::config::resolve(views, check.catalog, check.stability, found);
    river::config::check(program, found);
  }
};

/// What is found out about a host; of those that change alike one is looked at.
struct Work {
  std::string key;              ///< of both texts without the host's name; empty: nothing changes
  std::string error;            ///< a file that cannot be read
  bool is_broken = false;       ///< the old config has errors, or the new one
  std::vector<Change> changes;  ///< with the name of the host that was looked at
};

/// A character that no configuration has stands for the host's name.
constexpr std::string_view kAnyHost = "\x01";

std::string key_of(const Sides& sides, std::string_view old_text) {
  return base::sha256_hex(with_name(old_text, sides.host, kAnyHost)) +
         base::sha256_hex(with_name(*sides.new_text, sides.host, kAnyHost));
}

void look_at(const Sides& sides, const emit::CheckOptions& check, Work& work) {
  const auto text = base::read_file(sides.old_file);
  if (!text) {
    work.error = text.error().message;
    return;
  }
  river::diag::SourceMap sources;
  river::diag::Diagnostics found;
  const Config before(sides.old_file.string(), *text, check, sources, found);
  const Config after(sides.host, *sides.new_text, check, sources, found);
  work.is_broken = found.has_errors();
  if (work.is_broken) return;
  work.changes = compare(before.program, after.program);
  migrate::streams::Mapping mapping;
  migrate::streams::add_difference(sides.host, before.program, after.program, sources, mapping);
  for (const auto& change : mapping.changes)
    if (auto judged = stream_change(change)) work.changes.push_back(std::move(*judged));
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

/// The changes of each host: nothing where the texts are the same; hosts whose texts differ in
/// their names alone change alike, and one of them is looked at.
std::vector<Work> work_out(const std::vector<Sides>& hosts, const emit::CheckOptions& check) {
  std::vector<Work> works(hosts.size());
  base::parallel_for(hosts.size(), [&](size_t i) {
    if (hosts[i].old_file.empty() || hosts[i].new_text == nullptr) return;
    const auto text = base::read_file(hosts[i].old_file);
    if (!text)
      works[i].error = text.error().message;
    else if (*text != *hosts[i].new_text)
      works[i].key = key_of(hosts[i], *text);
  });
  std::map<std::string_view, size_t> first;
  std::vector<size_t> todo;
  for (size_t i = 0; i < works.size(); ++i)
    if (!works[i].key.empty() && first.try_emplace(works[i].key, i).second) todo.push_back(i);
  base::parallel_for(todo.size(),
                     [&](size_t i) { look_at(hosts[todo[i]], check, works[todo[i]]); });
  for (size_t i = 0; i < works.size(); ++i) {
    const auto found = first.find(works[i].key);
    if (found == first.end() || found->second == i) continue;
    const Work& alike = works[found->second];
    works[i].error = alike.error;
    works[i].is_broken = alike.is_broken;
    for (const Change& change : alike.changes)
      works[i].changes.push_back(
          {change.level, change.is_breaking,
           with_name(change.text, hosts[found->second].host, hosts[i].host)});
  }
  return works;
}

/// The errors of a host's configurations, with their places.
void report_broken(const Sides& sides, const emit::CheckOptions& check, emit::Run& run) {
  river::diag::Diagnostics found;
  if (auto text = base::read_file(sides.old_file))
    const Config before(sides.old_file.string(), std::move(*text), check, run.sources, found);
  if (found.has_errors()) run.diagnostics.append(std::move(found));
}

/// Fails with what makes comparing impossible.
base::Result<std::map<std::string, std::vector<Change>>> changes_by_host(
    const std::vector<Sides>& hosts, const emit::CheckOptions& check, emit::Run& run) {
  std::map<std::string, std::vector<Change>> changes;
  std::vector<Work> works = work_out(hosts, check);
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (!works[i].error.empty()) return base::fail("{}", works[i].error);
    if (works[i].is_broken) report_broken(hosts[i], check, run);
    if (hosts[i].new_text == nullptr)
      works[i].changes = {{Level::targets, true, "the host goes"}};
    else if (hosts[i].old_file.empty())
      works[i].changes = {{Level::targets, false, "a new host"}};
    changes[hosts[i].host] = std::move(works[i].changes);
  }
  if (run.diagnostics.has_errors()) return base::fail("what was compiled has errors");
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
  return river::diag::visible(out);
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
  const auto compiled = compile_inventory(options.load, false, {}, options.check, run);
  if (!run.io_errors.empty() || run.diagnostics.has_errors())
    return failed(run, options, options.load.inventory.string() + " does not compile");
  const auto folder = migrate::TemporaryFolder::make();
  if (!folder) return failed(run, options, folder.error().message);
  const auto against = old_side(options, folder->path(), run);
  if (!against) return failed(run, options, against.error().message);
  const auto hosts = sides_of(*against, compiled, options.load.only_hosts);
  if (!hosts) return failed(run, options, hosts.error().message);
  auto changes = changes_by_host(*hosts, options.check, run);
  if (!changes) return failed(run, options, changes.error().message);
  if (options.breaking_only) keep_breaking(*changes, options.least);
  return answer(group(*changes), hosts->size(), options);
}

}  // namespace compiler::plan
