#include "compiler/migrate/change/host_files.h"

#include <algorithm>

#include "base/files.h"
#include "compiler/host/host.h"
#include "compiler/host/host_schema.h"

namespace compiler::migrate::change {

namespace fs = std::filesystem;
namespace yaml = compiler::yaml;

namespace {

const KeyPath kMigrated = {"telemetry", "docker", "migrated"};
const KeyPath kDiscovery = {"telemetry", "docker", "discovery"};

KeyPath dual_labels(std::string_view service) {
  return {"telemetry", "docker", "dual_labels", service};
}

const yaml::Node* value_at(const yaml::Node* node, const KeyPath& path) {
  for (const std::string_view key : path) {
    const yaml::Pair* pair =
        node != nullptr && node->kind == yaml::Kind::map ? node->find(key) : nullptr;
    node = pair != nullptr ? pair->value : nullptr;
  }
  return node;
}

/// `path` is host_vars/HOST.yml, or a file in host_vars/HOST/.
bool belongs_to(const fs::path& path, std::string_view host) {
  const fs::path folder = path.parent_path();
  return (folder.filename() == "host_vars" && path.stem() == host) ||
         (folder.filename() == host && folder.parent_path().filename() == "host_vars");
}

/// What holds in the end: the strongest layer that says anything about it.
const yaml::Node* effective(const compiler::inventory::HostEntry& host, const KeyPath& path) {
  for (auto layer = host.layers.rbegin(); layer != host.layers.rend(); ++layer)
    if (const yaml::Node* found = value_at(*layer, path)) return found;
  return nullptr;
}

bool lists(const yaml::Node* list, std::string_view item) {
  return list != nullptr && std::any_of(list->items.begin(), list->items.end(),
                                        [&](const yaml::Node* n) { return n->text == item; });
}

/// The variable that gives a service its port, as it is written: `grafana-mcp` may be spelled with
/// an underscore.
const yaml::Pair* port_variable(const compiler::inventory::HostEntry& host,
                                std::string_view service) {
  std::string stem(service);
  if (const auto* found = host.find(stem + std::string(compiler::host::kSyslogPortSuffix)))
    return found;
  std::replace_if(
      stem.begin(), stem.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return host.find(stem + std::string(compiler::host::kSyslogPortSuffix));
}

}  // namespace

HostFiles::HostFiles(const compiler::inventory::InventoryOptions& options)
    : inventory_(compiler::inventory::load_inventory(options, sources_, diagnostics_)) {}

std::string_view HostFiles::file_of(river::diag::Span span) const {
  const river::diag::SourceFile* file = sources_.file(span.begin);
  return file != nullptr ? std::string_view(file->name) : std::string_view();
}

base::Result<YamlEditor*> HostFiles::open(const fs::path& path) {
  if (const auto at = files_.find(path); at != files_.end()) return &at->second.editor;
  std::string text;
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    auto read = base::read_file(path);
    if (!read) return tl::unexpected(read.error());
    text = std::move(*read);
  }
  const auto at = files_.emplace(path, OpenFile{text, YamlEditor(path.string(), text)}).first;
  return &at->second.editor;
}

/// The host's own file in which `key` stands, else any of its own, else a new one.
base::Result<YamlEditor*> HostFiles::own_file(const compiler::inventory::HostEntry& host,
                                              std::string_view key) {
  fs::path chosen;
  for (const yaml::Node* layer : host.layers) {
    if (layer->pairs.empty()) continue;
    const fs::path path = file_of(layer->pairs.front().key_span);
    if (belongs_to(path, host.name) && (chosen.empty() || layer->find(key) != nullptr))
      chosen = path;
  }
  if (chosen.empty())
    chosen = inventory_.playbook_dir / "host_vars" / fmt::format("{}.yml", host.name);
  return open(chosen);
}

base::Result<void> HostFiles::move(std::string_view host_name, std::string_view service,
                                   std::string_view dual_until) {
  const compiler::inventory::HostEntry* host = inventory_.find_host(host_name);
  if (host == nullptr) return base::fail("the inventory has no host \"{}\"", host_name);
  auto file = own_file(*host, "telemetry");
  if (!file) return tl::unexpected(file.error());
  YamlEditor& editor = **file;
  const yaml::Node* migrated = effective(*host, kMigrated);
  if (!lists(migrated, service)) {
    // A list of the host's own would hide that of its groups: it takes their services in.
    const bool is_own = migrated != nullptr && belongs_to(file_of(migrated->span), host_name);
    if (migrated != nullptr && !is_own)
      for (const yaml::Node* item : migrated->items)
        if (auto done = editor.add_to_list(kMigrated, item->text); !done) return done;
    if (auto done = editor.add_to_list(kMigrated, service); !done) return done;
  }
  const yaml::Node* discovery = effective(*host, kDiscovery);
  if (discovery == nullptr || !yaml::as_bool(*discovery).value_or(false))
    if (auto done = editor.set(kDiscovery, "true"); !done) return done;
  return dual_until.empty() ? editor.remove(dual_labels(service))
                            : editor.set(dual_labels(service), dual_until);
}

base::Result<void> HostFiles::clean_up(std::string_view host_name, std::string_view service) {
  const compiler::inventory::HostEntry* host = inventory_.find_host(host_name);
  if (host == nullptr) return base::fail("the inventory has no host \"{}\"", host_name);
  if (const yaml::Pair* port = port_variable(*host, service)) {
    const fs::path path = file_of(port->key_span);
    if (!belongs_to(path, host_name))
      return base::fail("{}: {} is in a file that other hosts use as well; remove it by hand",
                        path.string(), port->key);
    auto file = open(path);
    if (!file) return tl::unexpected(file.error());
    if (auto done = (*file)->remove({port->key}); !done) return done;
  }
  return {};
}

std::vector<FileChange> HostFiles::changes() const {
  std::vector<FileChange> changed;
  for (const auto& [path, file] : files_)
    if (file.editor.text() != file.before)
      changed.push_back({path, file.before, file.editor.text()});
  return changed;
}

}  // namespace compiler::migrate::change
