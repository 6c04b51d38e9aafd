
#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "compiler/inventory/inventory_parts.h"
#include "compiler/inventory/python.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

constexpr size_t kSourceBytesMax = size_t{64} << 20;

/// Answers in the form of `ansible-inventory --list --export`, with the priorities of groups, which
/// that leaves out.
constexpr char kListProgram[] = R"python(
import json, os, sys
request = json.load(sys.stdin)
if not request["programs"]:
    os.chdir("/")
    os.environ.pop("ANSIBLE_CONFIG", None)
    os.environ["ANSIBLE_INVENTORY_ENABLED"] = "host_list,ini,yaml,toml"
os.environ.pop("ANSIBLE_VAULT_PASSWORD_FILE", None)
os.environ["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "1"
try:
    from ansible.cli import CLI
    import ansible.plugins.loader as plugins
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader
except ImportError:
    sys.exit(3)

def plain(value):
    if type(value).__name__ in ("AnsibleVaultEncryptedUnicode", "EncryptedString"):
        return {"__ansible_vault": ""}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value

try:
    getattr(plugins, "init_plugin_loader", bool)()  # Needed since 2.15.
    loader = DataLoader()
    if request["passwords"]:
        loader.set_vault_secrets(CLI.setup_vault_secrets(
            loader, vault_ids=[], ask_vault_pass=False, auto_prompt=False,
            vault_password_files=request["passwords"]))
    inventory = InventoryManager(loader=loader, sources=request["sources"])
except Exception as problem:
    sys.exit(" ".join(str(problem).split()))
answer = {"_meta": {"hostvars": {}}}
for name, host in inventory.hosts.items():
    answer["_meta"]["hostvars"][name] = {key: plain(value) for key, value in host.vars.items()
                                         if key not in ("inventory_file", "inventory_dir")}
for name, group in inventory.groups.items():
    variables = {**plain(group.vars), "ansible_group_priority": group.priority}
    answer[name] = {"hosts": [host.name for host in group.hosts], "vars": variables,
                    "children": [child.name for child in group.child_groups]}
json.dump(answer, sys.stdout, default=str, indent=1)
)python";

enum class Kind { native, ini, script, plugin };

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::script:
      return "an inventory script";
    case Kind::plugin:
      return "the config of an inventory plugin";
    default:
      return "an INI inventory";
  }
}

/// What a program says in several lines, without its blanks.
std::string on_one_line(std::string_view text) {
  constexpr size_t kShownMax = 600;
  std::string line;
  for (const char c : text.substr(0, kShownMax)) {
    const bool is_blank = c == ' ' || c == '\n';
    if (!is_blank) line += c;
    if (is_blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  return std::string(base::trimmed(line));
}

/// The first line that says anything.
std::string_view first_line(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = base::trimmed(text.substr(0, end));
    if (!line.empty() && line[0] != '#' && line[0] != ';') return line;
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return {};
}

/// "key:" and "key: value", but not "host:port".
bool is_yaml_line(std::string_view line) {
  if (line.empty() || line.starts_with("---") || line[0] == '{' || line[0] == '%') return true;
  const size_t colon = line.find_first_of(": =");
  return line[0] != '[' && colon != line.npos && line[colon] == ':' &&
         (colon + 1 == line.size() || line[colon + 1] == ' ');
}

bool names_plugin(std::string_view text) {
  constexpr std::string_view kKey = "plugin:";
  for (size_t at = text.find(kKey); at != text.npos; at = text.find(kKey, at + 1)) {
    if (at > 0 && text[at - 1] != '\n') continue;
    const std::string_view rest = text.substr(at + kKey.size());
    const std::string_view value = base::trimmed(rest.substr(0, rest.find('\n')));
    return !value.empty() && value[0] != '#';
  }
  return false;
}

Kind kind_of(const fs::path& file) {
  const auto text = base::read_file(file, kSourceBytesMax);
  if (!text || is_vault_file(*text)) return Kind::native;
  struct stat facts {};
  const bool may_run = stat(file.c_str(), &facts) == 0 && (facts.st_mode & 0111) != 0;
  if (may_run && text->starts_with("#!")) return Kind::script;
  const std::string extension = file.extension();
  if (extension == ".yml" || extension == ".yaml" || extension == ".json")
    return names_plugin(*text) ? Kind::plugin : Kind::native;
  const bool is_other = extension == ".ini" || extension == ".cfg" || extension == ".toml";
  return is_other || !is_yaml_line(first_line(*text)) ? Kind::ini : Kind::native;
}

/// The first place in the files where the name is a whole word.
river::diag::Span find_word(std::string_view name,
                            const std::vector<const river::diag::SourceFile*>& files) {
  constexpr std::string_view kAround = " \t\r\n[]:,\"'=";
  for (const river::diag::SourceFile* file : files) {
    const std::string_view text = file->text;
    for (size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
      const size_t end = at + name.size();
      const bool begins = at == 0 || kAround.find(text[at - 1]) != kAround.npos;
      const bool ends = end == text.size() || kAround.find(text[end]) != kAround.npos;
      const auto begin = file->base + static_cast<uint32_t>(at);
      if (begins && ends) return {begin, begin + static_cast<uint32_t>(name.size())};
    }
  }
  return {};
}

/// Findings about hosts, groups and the variables of INI files point to where they are written.
void find_places(const std::vector<fs::path>& files, InventoryBuilder& builder) {
  std::vector<const river::diag::SourceFile*> sources, ini;
  for (const fs::path& file : files) {
    const Kind kind = kind_of(file);
    auto text = base::read_file(file, kSourceBytesMax);
    if (!text || kind == Kind::script) continue;
    sources.push_back(&builder.sources.add(file.lexically_normal().string(), std::move(*text)));
    if (kind == Kind::ini && file.extension() != ".toml") ini.push_back(sources.back());
  }
  const bool has_others = ini.size() < sources.size();
  for (HostEntry& host : builder.inventory.hosts)
    if (const auto place = has_others ? find_word(host.name, sources) : river::diag::Span();
        place.known())
      host.span = place;
  place_ini(ini, builder);
  for (Group& group : builder.inventory.groups)
    if (const auto place = find_word(group.name, sources); place.known()) group.span = place;
}

/// The first file that makes Ansible necessary, and whether any of them runs a program.
struct Reason {
  fs::path file;
  Kind kind = Kind::native;
  bool runs_programs = false;
};

Reason reason_of(const std::vector<fs::path>& files) {
  Reason reason;
  for (const fs::path& file : files) {
    const Kind kind = is_host_list(file.string()) ? Kind::ini : kind_of(file);
    const bool runs = kind == Kind::script || kind == Kind::plugin;
    if (kind != Kind::native && (reason.kind == Kind::native || (runs && !reason.runs_programs))) {
      reason.file = file;
      reason.kind = kind;
    }
    reason.runs_programs |= runs;
  }
  return reason;
}

base::Result<std::string> list_inventories(const std::vector<fs::path>& named, const Reason& reason,
                                           const ReadOptions& options) {
  const std::string shown = reason.file.lexically_normal().string();
  if (reason.runs_programs && !options.run_scripts)
    return base::fail("{}: {} is a program, which is not run here: --run-scripts allows it", shown,
                      name_of(reason.kind));
  const std::string python = ansible_python();
  if (python.empty())
    return base::fail(
        "{}: {} is read by Ansible: install ansible-core, or convert it where there is one: "
        "ansible-inventory -i {} --list --export > hosts.json",
        shown, name_of(reason.kind), shown);
  std::error_code ignored;
  nlohmann::json request = {{"programs", reason.runs_programs},
                            {"passwords", vault_password_files(options)},
                            {"sources", nlohmann::json::array()}};
  for (const fs::path& one : named)
    request["sources"].push_back(is_host_list(one.string()) ? one.string()
                                                            : fs::absolute(one, ignored).string());
  int exit_code = 0;
  auto answer = run_python({python, kListProgram}, base::json_text(request), &exit_code);
  if (exit_code == kNoAnsible) return base::fail("{} has no ansible-core", python);
  if (!answer)
    return base::fail("{}: Ansible cannot read it: {}", shown, on_one_line(answer.error().message));
  return answer;
}

}  // namespace

bool is_host_list(std::string_view name) {
  return name.find(',') != name.npos;
}

bool is_for_ansible(const fs::path& file) {
  return is_host_list(file.string()) || kind_of(file) != Kind::native;
}

void read_by_ansible(const std::vector<fs::path>& named, const std::vector<fs::path>& files,
                     InventoryBuilder& builder) {
  const Reason reason = reason_of(files);
  auto answer = list_inventories(named, reason, builder.options);
  if (!answer) {
    builder.inventory.io_errors.push_back(answer.error());
    return;
  }
  const auto& source = builder.sources.add(
      reason.file.lexically_normal().string() + " (as Ansible reads it)", std::move(*answer));
  auto document = yaml::parse(source, builder.diagnostics);
  if (document->root != nullptr) read_inventory_json(*document->root, builder);
  builder.inventory.documents.push_back(std::move(document));
  find_places(files, builder);
}

}  // namespace compiler::inventory
