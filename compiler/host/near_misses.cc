#include <algorithm>
#include <set>

#include "base/text.h"
#include "compiler/host/host.h"
#include "compiler/host/host_schema.h"

namespace compiler::host {

namespace {

constexpr size_t kSlipsMax = 2;

bool is_port(const yaml::Node& node) {
  const auto port = yaml::as_int(node);
  return port && *port >= 1 && *port <= 65535;
}

bool is_text_list(const yaml::Node& node) {
  return node.kind == yaml::Kind::list && !node.items.empty() &&
         std::all_of(node.items.begin(), node.items.end(),
                     [](const yaml::Node* item) { return yaml::as_text(*item).has_value(); });
}

/// What Jinja makes of it is not known here.
bool is_expression(const yaml::Node& node) {
  return node.kind == yaml::Kind::scalar && node.templated;
}

/// The last word is "port", or a slip of it: nginx_sylog_port, nginx_syslogport, nginx_syslog_prot.
bool ends_in_port(std::string_view name) {
  constexpr std::string_view kPort[] = {"port"};
  const std::string word = base::to_lower(name.substr(name.rfind('_') + 1));
  return word.ends_with(kPort[0]) || !river::diag::did_you_mean(word, kPort).empty();
}

/// A variable that may be meant as a port: by its value, or by its name and no value that has
/// another meaning.
bool may_be_port(const yaml::Pair& variable) {
  if (variable.key.ends_with(kSyslogPortSuffix)) return false;
  if (is_port(*variable.value)) return true;
  const yaml::Node& value = *variable.value;
  const bool has_no_other = yaml::is_null(value) || is_expression(value) || yaml::as_int(value);
  return has_no_other && ends_in_port(variable.key);
}

bool is_of_kind(const yaml::Node& node, const Key& key) {
  if (key.type == KeyType::map) return node.kind == yaml::Kind::map || is_expression(node);
  if (key.type == KeyType::text_list) return is_text_list(node);
  const auto text = yaml::as_text(node);
  if (!text) return false;
  return key.one_of.empty() ||
         std::find(key.one_of.begin(), key.one_of.end(), *text) != key.one_of.end();
}

/// The words of a name, in the order of the alphabet.
std::vector<std::string> sorted_words(std::string_view name) {
  std::vector<std::string> words(1);
  for (const char c : base::to_lower(name))
    if (c == '_' || c == '-')
      words.emplace_back();
    else
      words.back() += c;
  std::sort(words.begin(), words.end());
  return words;
}

bool is_slip(std::string_view written, std::string_view meant) {
  if (written == meant || written.size() + kSlipsMax < meant.size() ||
      meant.size() + kSlipsMax < written.size())
    return false;
  if (base::to_lower(written) == meant) return true;
  return river::diag::did_you_mean(written, std::span(&meant, 1)) == meant;
}

/// nginx_port_syslog and nginx_syslog, with a port.
bool is_other_order(const yaml::Pair& variable, std::string_view meant) {
  if (!is_port(*variable.value)) return false;
  constexpr std::string_view kPort = "_port";
  if (variable.key == meant.substr(0, meant.size() - kPort.size())) return true;
  return variable.key.size() == meant.size() && variable.key != meant &&
         sorted_words(variable.key) == sorted_words(meant);
}

/// The variables that cfgc reads of a host: its keys, but for those that telemetry says instead,
/// and a port for each of its services.
struct Wanted {
  std::string name;
  const Key* key = nullptr;  ///< nullptr: a port
  bool is_set = false;       ///< in any way
};

std::vector<Wanted> wanted_variables(const Host& host) {
  std::vector<Wanted> wanted;
  for (const Key& key : host_keys()) {
    const bool is_set = (key.name == "services" && host.services_span.known()) ||
                        (key.name == "deployment_environment" && host.environment.given()) ||
                        (key.name == "syslog_format" && host.syslog_format.given());
    wanted.push_back({std::string(key.name), &key, is_set});
  }
  std::set<std::string_view> with_port;
  for (const SyslogPort& port : host.syslog_ports) with_port.insert(port.service);
  for (const Text& service : host.services)
    wanted.push_back({variable_stem(service.value) + std::string(kSyslogPortSuffix), nullptr,
                      with_port.contains(service.value)});
  return wanted;
}

/// Where the variable is set below layer `at`, so that a slip there leaves it as it is; nullptr: it
/// is set at least as strongly, or nowhere.
const yaml::Pair* set_below(const Host& host, size_t at, std::string_view name) {
  const auto& layers = host.entry->layers;
  for (size_t i = layers.size(); i-- > at;)
    if (layers[i]->find(name) != nullptr) return nullptr;
  for (size_t i = at; i-- > 0;)
    if (const yaml::Pair* pair = layers[i]->find(name); pair && !yaml::is_null(*pair->value))
      return pair;
  return nullptr;
}

void report(const yaml::Pair& variable, std::string_view meant, const yaml::Pair* stays,
            river::diag::Diagnostics& diagnostics) {
  auto& problem =
      diagnostics.warning("F029", variable.key_span, "cfgc reads no variable \"{}\"", variable.key);
  if (stays != nullptr) problem.note(stays->key_span, "this one counts");
  problem.with_help(fmt::format("did you mean {}?", meant));
}

/// A null that overrides a group's port is intended; a null with nothing to override is a mistake.
void report_empty_port(const Host& host, std::string_view name,
                       river::diag::Diagnostics& diagnostics) {
  const yaml::Pair* pair = host.entry->find(name);
  if (pair == nullptr || !yaml::is_null(*pair->value)) return;
  for (const yaml::Node* layer : host.entry->layers)
    if (const yaml::Pair* weaker = layer->find(name); weaker && !yaml::is_null(*weaker->value))
      return;
  diagnostics.warning("F028", pair->key_span, "{} has no value, so nothing listens", name)
      .with_help("give it a port, or remove it");
}

}  // namespace

std::string variable_stem(std::string_view service) {
  std::string stem(service);
  std::replace_if(
      stem.begin(), stem.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return stem;
}

void report_near_misses(const Host& host, river::diag::Diagnostics& diagnostics) {
  const std::vector<Wanted> wanted = wanted_variables(host);
  for (const Wanted& one : wanted)
    if (one.key == nullptr && !one.is_set) report_empty_port(host, one.name, diagnostics);
  std::set<std::string_view> seen;
  const auto& layers = host.entry->layers;
  for (size_t at = layers.size(); at-- > 0;)
    for (const yaml::Pair& pair : layers[at]->pairs) {
      if (!seen.insert(pair.key).second) continue;
      const bool is_port_like = may_be_port(pair);
      for (const Wanted& one : wanted) {
        const bool is_kind = one.key != nullptr ? is_of_kind(*pair.value, *one.key) : is_port_like;
        const bool is_reordered = one.key == nullptr && is_other_order(pair, one.name);
        if (!is_reordered && (!is_kind || !is_slip(pair.key, one.name))) continue;
        const yaml::Pair* stays = set_below(host, at, one.name);
        // telemetry is merged: a layer may have it and another one the slip.
        const bool is_merged = one.key != nullptr && one.key->type == KeyType::map;
        if (!one.is_set || stays != nullptr || is_merged)
          report(pair, one.name, is_merged ? nullptr : stays, diagnostics);
      }
    }
}

}  // namespace compiler::host
