
#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "compiler/inventory/inventory_parts.h"
#include "compiler/inventory/python.h"

namespace compiler::inventory {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr std::string_view kHeader = "$ANSIBLE_VAULT;";

/// Answers {"text": } or {"error": } for each of request["files"]. It leaves the folder first: an
/// ansible.cfg there may be of people who are not to run programs here.
constexpr char kVaultProgram[] = R"python(
import json, os, sys
request = json.load(sys.stdin)
os.chdir("/")
for name in ("ANSIBLE_CONFIG", "ANSIBLE_VAULT_PASSWORD_FILE"):
    os.environ.pop(name, None)
try:
    from ansible.cli import CLI
    from ansible.parsing.dataloader import DataLoader
    from ansible.parsing.vault import VaultLib
except ImportError:
    sys.exit(3)
answers = []
try:
    secrets = CLI.setup_vault_secrets(DataLoader(), vault_ids=[], ask_vault_pass=False,
                                      vault_password_files=request["passwords"], auto_prompt=False)
except Exception as problem:
    sys.exit(str(problem))
for text in request["files"]:
    try:
        answers.append({"text": VaultLib(secrets).decrypt(text.encode()).decode("utf-8")})
    except Exception as problem:
        answers.append({"error": " ".join(str(problem).split())})
json.dump(answers, sys.stdout)
)python";

/// What cfgc reads itself: the model's variables, and those of a connection.
bool is_read_here(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {
      "services",     "deployment_environment", "syslog_format",      "telemetry",
      "ansible_host", "ansible_port",           "ansible_connection", "ansible_user"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         name.ends_with("_syslog_port");
}

/// A copy that is at one place; closed: its texts are encrypted values.
const yaml::Node* moved(const yaml::Node& node, river::diag::Span place, bool closed,
                        base::Arena& arena) {
  if (node.kind == yaml::Kind::list) {
    std::vector<const yaml::Node*> items;
    for (const yaml::Node* item : node.items) items.push_back(moved(*item, place, closed, arena));
    return yaml::make_list(arena, place, items);
  }
  if (node.kind == yaml::Kind::map) {
    std::vector<yaml::Pair> pairs;
    for (const yaml::Pair& pair : node.pairs)
      pairs.push_back({arena.text(pair.key), place, moved(*pair.value, place, closed, arena)});
    return yaml::make_map(arena, place, pairs);
  }
  if (closed && node.kind == yaml::Kind::scalar) return yaml::make_encrypted(arena, place);
  yaml::Node copy = node;
  copy.from_vault = true;
  copy.span = place;
  copy.text = arena.text(node.text);
  copy.tag = arena.text(node.tag);
  return arena.make(copy);
}

std::unique_ptr<yaml::Document> document_of(std::string text, river::diag::Span place,
                                            river::diag::Diagnostics& diagnostics) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics found;
  const auto parsed = yaml::parse(sources.add("", std::move(text)), found);
  for (const river::diag::Diagnostic& one : found.items())
    diagnostics.add(one.severity, one.code, place, one.message).help = one.help;
  auto document = std::make_unique<yaml::Document>();
  if (parsed->root == nullptr) return document;
  if (parsed->root->kind != yaml::Kind::map) {
    document->root = moved(*parsed->root, place, true, document->arena);
    return document;
  }
  std::vector<yaml::Pair> pairs;
  for (const yaml::Pair& pair : parsed->root->pairs)
    pairs.push_back({document->arena.text(pair.key), place,
                     moved(*pair.value, place, !is_read_here(pair.key), document->arena)});
  document->root = yaml::make_map(document->arena, place, pairs);
  return document;
}

base::Result<Json> ask_ansible(const std::vector<const river::diag::SourceFile*>& files,
                               const std::vector<std::string>& password_files) {
  const std::string python = ansible_python();
  if (python.empty())
    return base::fail(
        "a vault password file was given, but ansible-core, which opens vault files, "
        "is not installed");
  Json request = {{"passwords", password_files}, {"files", Json::array()}};
  for (const river::diag::SourceFile* file : files) request["files"].push_back(file->text);
  int exit_code = 0;
  const auto answer = run_python({python, kVaultProgram}, base::json_text(request), &exit_code);
  if (exit_code == kNoAnsible) return base::fail("{} has no ansible-core", python);
  if (!answer) return base::fail("ansible-vault: {}", answer.error().message);
  Json rows = base::parse_json(*answer);
  if (!rows.is_array() || rows.size() != files.size())
    return base::fail("ansible-vault: the answer is not JSON");
  return rows;
}

}  // namespace

bool is_vault_file(std::string_view text) {
  return text.starts_with(kHeader);
}

river::diag::Span vault_header(const river::diag::SourceFile& file) {
  return {file.base, file.base + static_cast<uint32_t>(file.line(1).size())};
}

std::vector<std::string> vault_password_files(const ReadOptions& options) {
  std::vector<std::string> names = options.vault_password_files;
  if (const char* given = std::getenv("ANSIBLE_VAULT_PASSWORD_FILE"); given != nullptr && *given)
    names.emplace_back(given);
  std::error_code ignored;
  for (std::string& name : names) name = fs::absolute(name, ignored).string();
  return names;
}

std::vector<std::unique_ptr<yaml::Document>> open_vault_files(
    const std::vector<const river::diag::SourceFile*>& files,
    const std::vector<std::string>& password_files, InventoryBuilder& builder) {
  std::vector<std::unique_ptr<yaml::Document>> documents(files.size());
  if (files.empty()) return documents;
  const auto rows = ask_ansible(files, password_files);
  if (!rows) {
    builder.inventory.io_errors.push_back(rows.error());
    return documents;
  }
  for (size_t i = 0; i < files.size(); ++i) {
    const Json& row = (*rows)[i];
    const river::diag::Span place = vault_header(*files[i]);
    if (row.contains("text"))
      documents[i] = document_of(row["text"].get<std::string>(), place, builder.diagnostics);
    else
      builder.diagnostics.error("F015", place, "this file cannot be opened: {}",
                                row["error"].get<std::string>());
  }
  return documents;
}

}  // namespace compiler::inventory
