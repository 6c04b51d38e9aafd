#include <algorithm>
#include <set>

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

bool is_of_kind(const yaml::Node& node, const Key& key) {
  if (key.type == KeyType::map) return node.kind == yaml::Kind::map;
  if (key.type == KeyType::text_list) return is_text_list(node);
  const auto text = yaml::as_text(node);
  if (!text) return false;
  return key.one_of.empty() ||
         std::find(key.one_of.begin(), key.one_of.end(), *text) != key.one_of.end();
}

bool is_slip(std::string_view written, std::string_view meant) {
  if (written == meant || written.size() + kSlipsMax < meant.size() ||
      meant.size() + kSlipsMax < written.size())
    return false;
  return river::diag::did_you_mean(written, std::span(&meant, 1)) == meant;
}

void report(const yaml::Pair& variable, std::string_view meant,
            river::diag::Diagnostics& diagnostics) {
  diagnostics.warning("F029", variable.key_span, "cfgc reads no variable \"{}\"", variable.key)
      .with_help(fmt::format("did you mean {}?", meant));
}

/// The names that cfgc reads and the host does not have; telemetry in any case, because a layer may
/// have it and another one the slip.
std::vector<const Key*> missing_keys(const Host& host) {
  std::vector<const Key*> missing;
  for (const Key& key : host_keys()) {
    const bool is_there = (key.name == "services" && host.services_span.known()) ||
                          (key.name == "deployment_environment" && host.environment.given()) ||
                          (key.name == "syslog_format" && host.syslog_format.given());
    if (!is_there) missing.push_back(&key);
  }
  return missing;
}

/// Services without a port, as the names of their variables.
std::vector<std::string> missing_ports(const Host& host) {
  std::vector<std::string> missing;
  for (const Text& service : host.services) {
    const bool is_there =
        std::any_of(host.syslog_ports.begin(), host.syslog_ports.end(),
                    [&](const SyslogPort& port) { return port.service == service.value; });
    if (!is_there) missing.push_back(variable_stem(service.value) + std::string(kSyslogPortSuffix));
  }
  return missing;
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
  const std::vector<const Key*> keys = missing_keys(host);
  const std::vector<std::string> ports = missing_ports(host);
  for (const std::string& port : ports) report_empty_port(host, port, diagnostics);
  std::set<std::string_view> seen;
  for (auto layer = host.entry->layers.rbegin(); layer != host.entry->layers.rend(); ++layer)
    for (const yaml::Pair& pair : (*layer)->pairs) {
      if (!seen.insert(pair.key).second) continue;
      for (const Key* key : keys)
        if (is_slip(pair.key, key->name) && is_of_kind(*pair.value, *key))
          report(pair, key->name, diagnostics);
      if (ports.empty() || pair.key.ends_with(kSyslogPortSuffix) || !is_port(*pair.value)) continue;
      for (const std::string& port : ports)
        if (is_slip(pair.key, port)) report(pair, port, diagnostics);
    }
}

}  // namespace compiler::host
