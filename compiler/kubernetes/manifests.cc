#include "compiler/kubernetes/manifests.h"

#include <algorithm>

namespace compiler::kubernetes {

namespace {

/// No chart renders as much.
constexpr size_t kBytesMax = 8 << 20;
constexpr size_t kDocumentsMax = 2000;

/// Where each document begins: at the start, and behind each line of ---.
std::vector<size_t> document_begins(std::string_view text) {
  std::vector<size_t> begins = {0};
  for (size_t line = 0; line < text.size();) {
    const size_t end = std::min(text.find('\n', line), text.size());
    const std::string_view one = text.substr(line, end - line);
    if (one.starts_with("---") && one.find_first_not_of(" \r", 3) == one.npos)
      begins.push_back(std::min(end + 1, text.size()));
    line = end + 1;
  }
  return begins;
}

/// A document without the line that ends it; what there is of it lies at `begin` of the file.
const river::diag::SourceFile& add_document(const river::diag::SourceFile& file, size_t begin,
                                            size_t end, river::diag::SourceMap& sources) {
  std::string text = file.text.substr(begin, end - begin);
  if (const size_t line = text.rfind("\n---"); line != text.npos) text.resize(line + 1);
  if (text.starts_with("---")) text.clear();
  std::vector<uint32_t> written_at = {static_cast<uint32_t>(file.base + begin)};
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') written_at.push_back(static_cast<uint32_t>(file.base + begin + i + 1));
  return sources.add_made(file.name, std::move(text), std::move(written_at));
}

std::string_view where_of(const yaml::Node* object) {
  const std::string_view where = text_at(object, {"metadata", "namespace"});
  return where.empty() ? "default" : where;
}

bool holds(const yaml::Node* list, std::string_view text) {
  const auto items = items_of(list);
  return std::any_of(items.begin(), items.end(), [&](const yaml::Node* item) {
    const auto found = yaml::as_text(*item);
    return found && (*found == text || *found == "*");
  });
}

bool allows(const yaml::Node* role, const components::kubernetes::Right& right,
            std::string_view verb) {
  const auto rules = items_of(at(role, {"rules"}));
  return std::any_of(rules.begin(), rules.end(), [&](const yaml::Node* rule) {
    const yaml::Node* names = at(rule, {"resourceNames"});
    return holds(at(rule, {"apiGroups"}), right.group) &&
           holds(at(rule, {"resources"}), right.resource) && holds(at(rule, {"verbs"}), verb) &&
           (names == nullptr || holds(names, right.object));
  });
}

}  // namespace

const yaml::Node* at(const yaml::Node* node, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (node == nullptr || node->kind != yaml::Kind::map) return nullptr;
    const yaml::Pair* pair = node->find(key);
    node = pair == nullptr ? nullptr : pair->value;
  }
  return node;
}

std::string_view text_at(const yaml::Node* node, std::initializer_list<std::string_view> keys) {
  const yaml::Node* found = at(node, keys);
  return found == nullptr ? "" : yaml::as_text(*found).value_or("");
}

std::span<const yaml::Node* const> items_of(const yaml::Node* node) {
  if (node == nullptr || node->kind != yaml::Kind::list) return {};
  return node->items;
}

void Manifests::read(std::string name, std::string text, river::diag::SourceMap& sources,
                     river::diag::Diagnostics& diagnostics) {
  const auto& file = sources.add(std::move(name), std::move(text));
  std::vector<size_t> begins = document_begins(file.text);
  if (file.text.size() > kBytesMax || begins.size() > kDocumentsMax) {
    diagnostics.error("F110", {file.base, file.base + 1},
                      "more than {} MiB or {} documents are not read", kBytesMax >> 20,
                      kDocumentsMax);
    return;
  }
  begins.push_back(file.text.size());
  for (size_t i = 0; i + 1 < begins.size(); ++i) {
    const auto& source = add_document(file, begins[i], begins[i + 1], sources);
    documents_.push_back(yaml::parse(source, diagnostics));
    const yaml::Node* root = documents_.back()->root;
    const auto listed = items_of(at(root, {"items"}));
    objects_.insert(objects_.end(), listed.begin(), listed.end());
    if (listed.empty() && root != nullptr) objects_.push_back(root);
  }
}

std::vector<Agent> Manifests::agents() const {
  std::vector<Agent> found;
  for (const yaml::Node* object : objects_) {
    const std::string_view kind = text_at(object, {"kind"});
    const bool is_pod = kind == "Pod";
    const yaml::Node* pod =
        is_pod ? at(object, {"spec"}) : at(object, {"spec", "template", "spec"});
    for (const yaml::Node* container : items_of(at(pod, {"containers"}))) {
      const auto args = items_of(at(container, {"args"}));
      if (args.size() < 2 || yaml::as_text(*args[0]) != "run") continue;
      Agent agent{.object = object, .pod = pod, .container = container};
      agent.own_namespace = where_of(object);
      agent.name = fmt::format("{} {}", kind, text_at(object, {"metadata", "name"}));
      agent.account = text_at(pod, {"serviceAccountName"});
      if (agent.account.empty()) agent.account = "default";
      agent.config_path = yaml::as_text(*args[1]).value_or("");
      constexpr std::string_view kStorage = "--storage.path=";
      for (const yaml::Node* argument : args)
        if (const auto text = yaml::as_text(*argument); text && text->starts_with(kStorage))
          agent.storage_path = text->substr(kStorage.size());
      if (!agent.config_path.ends_with(".river") && !agent.config_path.ends_with(".alloy"))
        continue;
      found.push_back(std::move(agent));
      break;
    }
  }
  return found;
}

const yaml::Node* Manifests::volume_of(const Agent& agent, std::string_view path) const {
  std::string_view best, volume;
  for (const yaml::Node* mount : items_of(at(agent.container, {"volumeMounts"}))) {
    std::string_view folder = text_at(mount, {"mountPath"});
    while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
    const bool is_above =
        path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
    if (folder.empty() || !is_above || folder.size() < best.size()) continue;
    best = folder;
    volume = text_at(mount, {"name"});
  }
  for (const yaml::Node* one : items_of(at(agent.pod, {"volumes"})))
    if (!volume.empty() && text_at(one, {"name"}) == volume) return one;
  return nullptr;
}

const yaml::Node* Manifests::config_of(const Agent& agent) const {
  const yaml::Node* volume = volume_of(agent, agent.config_path);
  const std::string_view name = text_at(volume, {"configMap", "name"});
  const std::string_view path = agent.config_path;
  const std::string_view key = path.substr(path.rfind('/') + 1);
  const yaml::Node* map = name.empty() ? nullptr : find("ConfigMap", name, agent.own_namespace);
  return at(map, {"data", key});
}

const yaml::Node* Manifests::find(std::string_view kind, std::string_view name,
                                  std::string_view where) const {
  for (const yaml::Node* object : objects_)
    if (text_at(object, {"kind"}) == kind && text_at(object, {"metadata", "name"}) == name &&
        (where.empty() || where_of(object) == where))
      return object;
  return nullptr;
}

bool Manifests::has_roles() const {
  return std::any_of(objects_.begin(), objects_.end(), [](const yaml::Node* object) {
    return text_at(object, {"kind"}).ends_with("Role");
  });
}

bool Manifests::is_granted(const Agent& agent, const components::kubernetes::Right& right,
                           std::string_view verb, std::string_view where) const {
  return std::any_of(objects_.begin(), objects_.end(), [&](const yaml::Node* binding) {
    const std::string_view kind = text_at(binding, {"kind"});
    const bool is_everywhere = kind == "ClusterRoleBinding";
    if (!is_everywhere && (kind != "RoleBinding" || where_of(binding) != where)) return false;
    const auto subjects = items_of(at(binding, {"subjects"}));
    const bool is_ours = std::any_of(subjects.begin(), subjects.end(), [&](const yaml::Node* one) {
      return text_at(one, {"kind"}) == "ServiceAccount" &&
             text_at(one, {"name"}) == agent.account &&
             text_at(one, {"namespace"}) == agent.own_namespace;
    });
    if (!is_ours) return false;
    const std::string_view role = text_at(binding, {"roleRef", "kind"});
    return allows(find(role, text_at(binding, {"roleRef", "name"}), role == "Role" ? where : ""),
                  right, verb);
  });
}

}  // namespace compiler::kubernetes
