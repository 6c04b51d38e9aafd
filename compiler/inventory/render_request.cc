#include "compiler/inventory/render_request.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/json.h"
#include "compiler/inventory/python.h"

namespace compiler::inventory {

namespace {

using Json = nlohmann::json;

constexpr char kPython[] = "/usr/bin/python3";
constexpr std::chrono::seconds kTimeMax{60};
constexpr size_t kTextsASecond = 100;  // Of many texts each may be slow.
constexpr std::string_view kHostvars = "hostvars";

/// YAML values as Jinja sees them. Aliases may repeat big values, so the size is capped.
class ToJson {
 public:
  explicit ToJson(bool& uses_hostvars) : uses_hostvars_(uses_hostvars) {}

  Json convert(const yaml::Node& node) {
    if (++count_ > kNodesMax || yaml::is_null(node)) return nullptr;
    if (yaml::is_encrypted(node)) return {{kEncryptedKey, true}};
    if (const auto flag = yaml::as_bool(node)) return *flag;
    if (node.kind == yaml::Kind::scalar) return scalar(node);
    Json result = node.kind == yaml::Kind::list ? Json::array() : Json::object();
    for (const yaml::Node* item : node.items) result.push_back(convert(*item));
    for (const yaml::Pair& pair : node.pairs) result[std::string(pair.key)] = convert(*pair.value);
    return result;
  }

 private:
  static constexpr size_t kNodesMax = 1'000'000;

  Json scalar(const yaml::Node& node) {
    const std::string text(node.text);
    if (!node.tag.empty()) return {{kUnsafeKey, text}};
    uses_hostvars_ |= node.templated && text.find(kHostvars) != text.npos;
    if (!node.plain) return text;
    if (const auto number = yaml::as_int(node)) return *number;
    double number = 0;
    const char* end = text.data() + text.size();
    const bool is_number = text.find_first_not_of("+-.0123456789eE") == text.npos;
    if (is_number && std::from_chars(text.data(), end, number).ptr == end) return number;
    return text;
  }

  bool& uses_hostvars_;
  size_t count_ = 0;
};

/// Hosts by group, with the groups that are above theirs.
Json hosts_by_group(const Inventory& inventory) {
  Json groups = Json::object();
  for (const HostEntry& host : inventory.hosts) {
    groups["all"].push_back(host.name);
    for (const Group* group : Inventory::group_order(host))
      groups[std::string(group->name)].push_back(host.name);
  }
  return groups;
}

bool is_about_undefined(std::string_view message) {
  return message.find("undefined") != message.npos ||
         message.find("has no attribute") != message.npos;
}

}  // namespace

struct RenderRequest::Parts {
  std::unordered_map<const yaml::Node*, size_t> numbers = {};  ///< of layers
  std::unordered_map<const HostEntry*, size_t> rows = {};
  Json layers = Json::array();
  Json hosts = Json::array();
  Json files = Json::object();
  bool uses_hostvars = false;
};

RenderRequest::RenderRequest(const Inventory& inventory)
    : inventory_(inventory), parts_(std::make_unique<Parts>()) {}

RenderRequest::~RenderRequest() = default;

void RenderRequest::add_text(std::string_view text) {
  parts_->hosts.back()["texts"].push_back(text);
}

void RenderRequest::add_template(std::string_view name) {
  parts_->hosts.back()["templates"].push_back(name);
}

void RenderRequest::add_file(const std::string& name, std::string_view text) {
  parts_->files[name] = text;
}

void RenderRequest::add_host(const HostEntry& host) {
  parts_->rows.emplace(&host, parts_->hosts.size());
  Json row = {{"name", host.name},
              {"layers", Json::array()},
              {"groups", Json::array()},
              {"texts", Json::array()},
              {"templates", Json::array()}};
  for (const Group* group : Inventory::group_order(host)) row["groups"].push_back(group->name);
  for (const yaml::Node* layer : host.layers) {
    const auto [at, is_new] = parts_->numbers.try_emplace(layer, parts_->numbers.size());
    if (is_new) parts_->layers.push_back(ToJson(parts_->uses_hostvars).convert(*layer));
    row["layers"].push_back(at->second);
  }
  parts_->hosts.push_back(std::move(row));
}

/// The hosts that nothing is rendered for, when `hostvars` may ask for their variables.
void RenderRequest::add_others() {
  for (const auto& [name, text] : parts_->files.items())
    parts_->uses_hostvars |=
        text.get_ref<const std::string&>().find(kHostvars) != std::string::npos;
  if (!parts_->uses_hostvars) return;
  for (const HostEntry& host : inventory_.hosts)
    if (!parts_->rows.contains(&host)) add_host(host);
}

base::Result<Json> RenderRequest::run() {
  const size_t wanted = parts_->hosts.size();
  size_t texts = 0;
  for (const Json& host : parts_->hosts) texts += host["texts"].size() + host["templates"].size();
  add_others();
  const Json request = {{"layers", std::move(parts_->layers)},
                        {"hosts", std::move(parts_->hosts)},
                        {"files", std::move(parts_->files)},
                        {"groups", hosts_by_group(inventory_)}};
  PythonProgram program{ansible_python(), kRenderProgram,
                        kTimeMax + std::chrono::seconds(texts / kTextsASecond)};
  if (program.interpreter.empty()) program.interpreter = kPython;
  int exit_code = 0;
  const auto answer = run_python(program, base::json_text(request), &exit_code);
  if (exit_code == kNoJinja)
    return base::fail("{} has no Jinja2: install python3-jinja2", program.interpreter);
  if (!answer) return tl::unexpected(answer.error());
  Json rows = base::parse_json(*answer);
  if (!rows.is_array() || rows.size() < wanted) return base::fail("the answer is not JSON");
  return rows;
}

std::string names_of(const std::vector<std::string_view>& hosts) {
  if (hosts.size() == 1) return fmt::format("host {}", hosts[0]);
  if (hosts.size() == 2) return fmt::format("hosts {} and {}", hosts[0], hosts[1]);
  return fmt::format("hosts {}, {} and {} more", hosts[0], hosts[1], hosts.size() - 2);
}

void RenderFailures::add(const Json& answer, const HostEntry& host, river::diag::Span place) {
  if (answer.contains("again")) return;
  const std::string message = answer["error"].get<std::string>();
  const std::string encrypted = answer.value("encrypted", std::string());
  const auto [at, is_new] = known_.try_emplace({place.begin, message, encrypted}, failures_.size());
  if (is_new) failures_.push_back({place, message, encrypted, &host, {}});
  failures_[at->second].hosts.push_back(host.name);
}

void RenderFailures::report(river::diag::Diagnostics& diagnostics) const {
  for (const Failure& failure : failures_) {
    const HostEntry& host = *failure.first;
    const std::string names = names_of(failure.hosts);
    if (!failure.encrypted.empty()) {
      auto& problem =
          diagnostics.error("F051", failure.place, "{}: {} is encrypted and would become text",
                            names, failure.encrypted);
      if (const yaml::Pair* pair = host.find(failure.encrypted))
        problem.note(pair->key_span, "it is set here");
      problem.with_help(std::string(kSecretHelp));
      continue;
    }
    const std::string& message = failure.message;
    auto& problem = diagnostics.error("F013", failure.place, "{}: {}", names, message);
    if (is_about_undefined(message)) {
      if (!note_closed(host, problem) && message.find("ansible_") != message.npos)
        problem.with_help("facts of a host are known when a play runs, not here: set a variable");
    } else if (message.starts_with("unexpected '.'") ||
               message.starts_with("unexpected char '$'")) {
      problem.with_help(
          "a template of Go's, as of stage.template, stands between {% raw %} and {% endraw %}");
    } else if (message.find("No filter named") != message.npos ||
               message.find("No test named") != message.npos) {
      problem.with_help(ansible_python().empty()
                            ? "Ansible's own filters work here once ansible-core is installed"
                            : "filters of collections, and those that read files, the environment "
                              "or chance, do not work here");
    }
  }
}

}  // namespace compiler::inventory
