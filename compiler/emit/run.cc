#include "compiler/emit/run.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/files.h"
#include "base/json.h"
#include "base/thread.h"
#include "compiler/emit/findings.h"
#include "river/diag/diagnostics.h"

namespace compiler::emit {

namespace {

base::Error unknown_host(const std::string& name, inventory::NearNames& names) {
  const auto near = names.of(name);
  return {near.empty()
              ? fmt::format("the inventory has no host \"{}\"", name)
              : fmt::format("the inventory has no host \"{}\": did you mean \"{}\"?", name, near)};
}

std::string count(size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace

inventory::Inventory open_inventory(const inventory::InventoryOptions& options, Run& run) {
  inventory::Inventory inventory = load_inventory(options, run.sources, run.diagnostics);
  inventory::NearNames names(inventory.host_names());
  for (const std::string& name : options.only_hosts)
    if (inventory.io_errors.empty() && inventory.find_host(name) == nullptr) {
      base::Error unknown = unknown_host(name, names);
      if (run.on_unknown_host)
        run.on_unknown_host(name, unknown.message);
      else
        run.io_errors.push_back(std::move(unknown));
    }
  return inventory;
}

std::vector<CompiledHost> compile_inventory(const inventory::InventoryOptions& options,
                                            bool partial,
                                            const std::vector<std::filesystem::path>& host_files,
                                            const CheckOptions& check, Run& run, const Seen& seen) {
  inventory::Inventory inventory =
      partial ? inventory::host_vars_only(host_files, options.read, run.sources, run.diagnostics)
              : open_inventory(options, run);
  // What a broken file could have said is not missed.
  const bool is_partial = partial || run.diagnostics.has_errors();
  CompileOptions compile{options.only_hosts, is_partial, check.catalog, check.stability, seen};
  std::vector<CompiledHost> compiled;
  if (run.io_errors.empty())
    compiled = compile_fleet(inventory, compile, run.sources, run.diagnostics);
  run.io_errors.insert(run.io_errors.end(), inventory.io_errors.begin(), inventory.io_errors.end());
  if (inventory.hosts.empty() && run.io_errors.empty() && !run.diagnostics.has_errors())
    run.io_errors.push_back({partial ? std::string("there are no files of host_vars to check")
                                     : options.inventory.string() + ": no hosts in it"});
  run.hosts += compiled.size();
  run.closed_files += inventory.closed_files;
  for (const CompiledHost& host : compiled)
    if (const auto* entry = inventory.find_host(host.name); entry && !entry->unread.empty())
      run.unread_hosts.emplace(host.name, entry->unread);
  return compiled;
}

CommandResult finish(Run& run, const CheckOptions& check, bool strict) {
  CommandResult result;
  const size_t accepted = remove_accepted(run.sources, run.diagnostics);
  run.diagnostics.sort();
  const auto& items = run.diagnostics.items();
  const auto errors =
      static_cast<size_t>(std::count_if(items.begin(), items.end(), [](const auto& d) {
        return d.severity == river::diag::Severity::error;
      }));
  const size_t warnings = items.size() - errors;
  const auto left_out = keep_first(run.sources, run.diagnostics);
  result.out = check.junit
                   ? render_junit(run.diagnostics, run.sources, strict)
                   : river::diag::render(run.diagnostics, run.sources, check.format, check.columns);
  for (const base::Error& error : run.io_errors) result.err += "cfgc: " + error.message + "\n";
  std::string checked = run.hosts > 0 || run.configs == 0 ? count(run.hosts, "host", "hosts") : "";
  if (run.configs > 0)
    checked +=
        (checked.empty() ? "" : ", ") + count(run.configs, "configuration", "configurations");
  result.err += fmt::format("{}, {}, {}{}\n", checked, count(errors, "error", "errors"),
                            count(warnings, "warning", "warnings"),
                            accepted > 0 ? fmt::format(", {} accepted by comments", accepted) : "");
  for (const auto& [code, number] : left_out)
    result.err += fmt::format("{} more of {} are not shown\n", number, code);
  if (run.closed_files > 0)
    result.err +=
        fmt::format("{} not opened (--vault-password-file opens those of ansible-vault)\n",
                    count(run.closed_files, "encrypted file", "encrypted files"));
  if (errors > 0 || (strict && warnings > 0)) result.exit_code = 1;
  if (!run.io_errors.empty()) result.exit_code = 2;
  return result;
}

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kConfigFile = "config.river";

// A config may hold credentials that its template or a host's variables give in plain text.
constexpr mode_t kConfigMode = 0640;
constexpr mode_t kManifestMode = 0644;
constexpr mode_t kOthers = 0007;

/// Takes from a file the rights that `mode` does not give to others; it may be of an earlier cfgc.
base::Result<void> restrict(const fs::path& path, mode_t mode) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return base::fail_errno(path.string(), errno);
  const mode_t allowed = facts.st_mode & 07777 & ~(kOthers & ~mode);
  if (allowed != (facts.st_mode & 07777) && chmod(path.c_str(), allowed) != 0)
    return base::fail_errno(path.string(), errno);
  return {};
}

/// Replaces a file in one step. What is written can be made again, so no fsync: ten thousand of
/// them would take minutes.
base::Result<void> write_new(const fs::path& path, std::string_view content, mode_t mode) {
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  if (problem) return base::fail("{}: {}", path.parent_path().string(), problem.message());
  auto staged = base::StagedFile::write(path, content, mode);
  if (!staged) return tl::unexpected(staged.error());
  return staged->replace();
}

/// The same if its content changes; true when it did.
base::Result<bool> write_if_changed(const fs::path& path, std::string_view content, mode_t mode) {
  const auto old = base::read_file(path);
  if (old) {
    if (auto restricted = restrict(path, mode); !restricted)
      return tl::unexpected(restricted.error());
    if (*old == content) return false;
  }
  if (auto written = write_new(path, content, mode); !written)
    return tl::unexpected(written.error());
  return true;
}

/// The hosts of an earlier manifest; nothing when there is none or it is unreadable.
nlohmann::ordered_json earlier_hosts(const fs::path& manifest) {
  const auto text = base::read_file(manifest);
  const auto json = text ? base::parse_ordered_json(*text) : nlohmann::ordered_json();
  return json.is_object() && json.contains("hosts") && json["hosts"].is_object()
             ? json["hosts"]
             : nlohmann::ordered_json::object();
}

}  // namespace

namespace {

/// Whether each host's file has the text of its config already.
std::vector<char> unchanged(const fs::path& out, const std::vector<CompiledHost>& hosts) {
  std::vector<char> same(hosts.size(), 0);
  base::parallel_for(hosts.size(), [&](size_t i) {
    const auto old = base::read_file(out / hosts[i].name / kConfigFile);
    same[i] = old && *old == hosts[i].text ? 1 : 0;
  });
  return same;
}

base::Result<size_t> write_files(const fs::path& out, const std::vector<CompiledHost>& hosts,
                                 const std::vector<char>& same, bool whole) {
  const fs::path manifest = out / "manifest.json";
  nlohmann::json lines = nlohmann::json::object();  // Sorted by name.
  if (!whole) lines = nlohmann::json(earlier_hosts(manifest));
  std::vector<base::Result<std::string>> digests(hosts.size());
  std::atomic<size_t> changed{0};
  base::parallel_for(hosts.size(), [&](size_t i) {
    const fs::path file = out / hosts[i].name / kConfigFile;
    const auto done =
        same[i] != 0 ? restrict(file, kConfigMode) : write_new(file, hosts[i].text, kConfigMode);
    if (!done) {
      digests[i] = tl::unexpected(done.error());
      return;
    }
    changed += same[i] != 0 ? 0 : 1;
    digests[i] = base::sha256_hex(hosts[i].text);
  });
  for (size_t i = 0; i < hosts.size(); ++i) {
    if (!digests[i]) return tl::unexpected(digests[i].error());
    lines[hosts[i].name] = {{"file", (fs::path(hosts[i].name) / kConfigFile).string()},
                            {"sha256", *digests[i]},
                            {"template", hosts[i].template_name}};
  }
  const auto written = write_if_changed(
      manifest, base::json_text(nlohmann::json{{"hosts", lines}}, 2) + "\n", kManifestMode);
  if (!written) return tl::unexpected(written.error());
  return changed + (*written ? 1 : 0);
}

}  // namespace

base::Result<size_t> write_fleet(const fs::path& out, const std::vector<CompiledHost>& hosts,
                                 bool whole) {
  const std::vector<char> same = unchanged(out, hosts);
  // One file is replaced in one step by itself.
  const bool is_one = std::count(same.begin(), same.end(), 0) < 2;
  if (is_one) return write_files(out, hosts, same, whole);
  auto staged = StagedFolder::make(out);
  if (!staged) return write_files(out, hosts, same, whole);
  const auto changed = write_files(staged->path(), hosts, same, whole);
  if (!changed) return changed;
  // Where folders cannot be exchanged (a mount point), file by file.
  return staged->replace() ? changed : write_files(out, hosts, same, whole);
}

}  // namespace compiler::emit
