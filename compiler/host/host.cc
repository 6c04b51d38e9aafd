#include "compiler/host/host.h"

#include <algorithm>
#include <unordered_map>

#include "compiler/host/host_schema.h"
#include "compiler/host/reader.h"

namespace compiler::host {

using river::diag::Diagnostics;
using river::diag::Span;

namespace {

/// `strong` over `weak`, map by map; lists and texts replace.
const yaml::Node* merged(const yaml::Node& weak, const yaml::Node& strong, base::Arena& arena) {
  if (weak.kind != yaml::Kind::map || strong.kind != yaml::Kind::map) return &strong;
  std::vector<yaml::Pair> pairs;
  for (const yaml::Pair& pair : weak.pairs) {
    const yaml::Pair* over = strong.find(pair.key);
    if (over == nullptr)
      pairs.push_back(pair);
    else
      pairs.push_back({over->key, over->key_span, merged(*pair.value, *over->value, arena)});
  }
  for (const yaml::Pair& pair : strong.pairs)
    if (weak.find(pair.key) == nullptr) pairs.push_back(pair);
  return yaml::make_map(arena, strong.span, pairs);
}

const yaml::Pair* merged_telemetry(const inventory::HostEntry& entry, base::Arena& arena) {
  const yaml::Pair* result = nullptr;
  for (const yaml::Node* layer : entry.layers) {
    const yaml::Pair* next = layer->find("telemetry");
    if (next == nullptr || yaml::is_null(*next->value)) continue;
    result = result == nullptr
                 ? next
                 : arena.make(yaml::Pair{next->key, next->key_span,
                                         merged(*result->value, *next->value, arena)});
  }
  return result;
}

/// Reads the model out of checked values and applies the rules that span several of them.
class HostBuilder {
 public:
  HostBuilder(const inventory::HostEntry& entry, const BuildOptions& options,
              Diagnostics& diagnostics)
      : partial_(options.partial), today_(options.today), diagnostics_(diagnostics) {
    host_.entry = &entry;
    host_.name = entry.name;
    host_.hostname = {entry.name, {}};
  }

  void read_variable(const yaml::Pair& variable);
  void read_ports(const std::vector<yaml::Pair>& ports);
  /// A variable that could not be rendered, which has a finding of its own.
  void refuse(std::string_view variable);
  Host finish();

 private:
  void read_services(const yaml::Pair& services);
  void read_telemetry(const Reader& telemetry);
  void read_journal(const Reader& journal);
  void read_files(const Reader& files);
  void read_port(const yaml::Pair& variable);
  void report_unlisted(const yaml::Pair& variable, std::string_view stem);

  Host host_;
  bool partial_;
  std::string_view today_;
  Diagnostics& diagnostics_;
  // There is one that cannot be used, which has a finding of its own.
  bool refused_environment_ = false;
  bool refused_services_ = false;
  int64_t port_first_ = kSyslogPortFirst;
  int64_t port_last_ = kSyslogPortLast;
  Span range_span_;
  std::unordered_map<std::string, std::string_view> services_by_stem_;
};

void HostBuilder::read_variable(const yaml::Pair& variable) {
  for (const Key& key : host_keys())
    if (key.name == variable.key) check_value(*variable.value, key, diagnostics_);
  const Reader self(variable.value);
  if (variable.key == "telemetry") return read_telemetry(self);
  if (variable.key == "services") return read_services(variable);
  const auto text = yaml::as_text(*variable.value);
  const bool is_environment = variable.key != "syslog_format";
  if (!text) {
    refused_environment_ |= is_environment;
    return;
  }
  Text& member = is_environment ? host_.environment : host_.syslog_format;
  member = {*text, variable.value->span};
}

void HostBuilder::refuse(std::string_view variable) {
  refused_environment_ |= variable == "deployment_environment";
  refused_services_ |= variable == "services";
}

void HostBuilder::read_services(const yaml::Pair& services) {
  host_.services_span = services.key_span;
  refused_services_ = services.value->kind != yaml::Kind::list;
  for (const yaml::Node* item : services.value->items)
    if (const auto text = yaml::as_text(*item)) host_.services.push_back({*text, item->span});
}

void HostBuilder::read_telemetry(const Reader& telemetry) {
  telemetry.read("hostname", host_.hostname);
  telemetry.read("environment", host_.environment);
  refused_environment_ |= !host_.environment.given() && telemetry.value("environment") != nullptr;
  telemetry.child("syslog").read("format", host_.syslog_format);
  if (const yaml::Pair* services = telemetry.pair("services")) read_services(*services);
  if (const yaml::Node* range = telemetry.child("syslog").value("port_range");
      range != nullptr && range->items.size() == 2) {
    port_first_ = yaml::as_int(*range->items[0]).value_or(kSyslogPortFirst);
    port_last_ = yaml::as_int(*range->items[1]).value_or(kSyslogPortLast);
    range_span_ = range->span;
  }
  read_journal(telemetry.child("journal"));
  const Reader docker = telemetry.child("docker");
  docker.read("migrated", host_.docker.migrated);
  docker.read("host", host_.docker.host);
  docker.read("refresh_interval", host_.docker.refresh_interval);
  docker.read("dual_labels", host_.docker.dual_labels);
  if (const yaml::Node* discovery = docker.value("discovery")) {
    host_.docker.discovery = yaml::as_bool(*discovery).value_or(false);
    host_.docker.span = discovery->span;
  }
  read_files(telemetry.child("files"));
  read_backend(telemetry.child("backends").child("loki"), host_.loki, diagnostics_);
  read_metrics(telemetry.child("metrics"), host_.metrics, diagnostics_);
}

void HostBuilder::read_journal(const Reader& journal) {
  journal.read("matches", host_.journal.matches);
  journal.read("max_age", host_.journal.max_age);
  journal.read("path", host_.journal.path);
  if (const Text& path = host_.journal.path; path.given() && !path.value.starts_with('/'))
    diagnostics_.error("F070", path.span, "\"{}\" is not an absolute path", path.value);
  for (const yaml::Node* item : journal.child("relabel").items()) {
    const Reader reader(item);
    JournalRule rule;
    rule.span = item->span;
    int patterns = 0;
    for (const auto& [name, match] : {std::pair{"unit", JournalMatch::unit},
                                      {"unit_regex", JournalMatch::unit_regex},
                                      {"identifier", JournalMatch::identifier}}) {
      if (reader.value(name) == nullptr) continue;
      ++patterns;
      rule.match = match;
      reader.read(name, rule.pattern);
    }
    reader.read("labels", rule.labels);
    if (patterns != 1 && item->kind == yaml::Kind::map)
      diagnostics_.error("F032", item->span,
                         "a journal rule needs one of unit, unit_regex and identifier; this has {}",
                         patterns);
    else if (rule.pattern.given())
      host_.journal.rules.push_back(std::move(rule));
  }
}

void HostBuilder::read_files(const Reader& files) {
  for (const yaml::Node* item : files.items()) {
    const Reader reader(item);
    FilesModel model;
    model.span = item->span;
    reader.read("paths", model.paths);
    reader.read("exclude", model.exclude);
    reader.read("labels", model.labels);
    for (const Text& path : model.paths)
      if (!path.value.starts_with('/'))
        diagnostics_.error("F070", path.span, "\"{}\" is not an absolute path", path.value);
      else if (path.value.ends_with('/'))
        diagnostics_
            .warning("F070", path.span, "\"{}\" is a folder: none of its files is read", path.value)
            .with_help(fmt::format("write {}*", path.value));
    host_.files.push_back(std::move(model));
  }
}

void HostBuilder::read_port(const yaml::Pair& variable) {
  const std::string_view stem =
      variable.key.substr(0, variable.key.size() - kSyslogPortSuffix.size());
  const std::string wanted = variable_stem(stem);
  const auto service = services_by_stem_.find(wanted);
  const bool is_listed = service != services_by_stem_.end();
  const bool migrated =
      std::any_of(host_.docker.migrated.begin(), host_.docker.migrated.end(),
                  [&](const Text& m) { return variable_stem(m.value) == wanted; });
  const auto port = yaml::as_int(*variable.value);
  const bool is_in_range = port && *port >= port_first_ && *port <= port_last_;
  // Of no service here, and not of our ports: a variable of some other role.
  if (!is_listed && !migrated && !is_in_range && !partial_) return;
  if (yaml::is_encrypted(*variable.value)) {
    diagnostics_.error("F020", variable.value->span, "{} is encrypted", variable.key)
        .with_help("a port is written into the config: put it in plain text");
    return;
  }
  if (!port || *port < 1 || *port > 65535) {
    diagnostics_.error("F020", variable.value->span, "{} must be a port, 1 to 65535", variable.key);
    return;
  }
  if (!is_in_range) {
    auto& problem = diagnostics_.error("F021", variable.value->span,
                                       "port {} is outside the declared range {} to {}", *port,
                                       port_first_, port_last_);
    if (range_span_.known()) problem.note(range_span_, "declared here");
    problem.with_help("choose a port in the range, or set telemetry.syslog.port_range");
  }
  if (wanted != stem)
    diagnostics_
        .warning("F027", variable.key_span, "Ansible cannot use the variable \"{}\"", variable.key)
        .with_help(fmt::format("write {}{}", wanted, kSyslogPortSuffix));
  if (!is_listed && !migrated && !partial_) report_unlisted(variable, stem);
  host_.syslog_ports.push_back({is_listed ? service->second : stem, *port, variable.key_span,
                                variable.value->span, migrated || !is_listed});
}

void HostBuilder::report_unlisted(const yaml::Pair& variable, std::string_view stem) {
  if (refused_services_) return;
  std::vector<std::string_view> names;
  for (const Text& service : host_.services) names.push_back(service.value);
  auto& problem = diagnostics_.warning("F023", variable.key_span,
                                       "no service of this host is called \"{}\"", stem);
  if (const auto near = river::diag::did_you_mean(stem, names); !near.empty())
    problem.with_help(fmt::format("did you mean {}{}?", variable_stem(near), kSyslogPortSuffix));
  else
    problem.with_help("add it to services, or remove the port; until then nothing listens");
}

void HostBuilder::read_ports(const std::vector<yaml::Pair>& ports) {
  for (const Text& service : host_.services)
    services_by_stem_.try_emplace(variable_stem(service.value), service.value);
  for (const yaml::Pair& variable : ports) read_port(variable);
  std::stable_sort(host_.syslog_ports.begin(), host_.syslog_ports.end(),
                   [](const SyslogPort& a, const SyslogPort& b) { return a.port < b.port; });
}

Host HostBuilder::finish() {
  std::unordered_map<std::string_view, Span> listed;
  for (const Text& service : host_.services) {
    const auto [first, is_new] = listed.try_emplace(service.value, service.span);
    if (!is_new)
      diagnostics_.error("F026", service.span, "\"{}\" is listed twice", service.value)
          .note(first->second, "first listed here");
  }
  check_values(host_, {partial_, today_}, diagnostics_);
  if (!host_.environment.given() && !refused_environment_ && !partial_) {
    auto& problem = diagnostics_.warning("F007", host_.entry->span,
                                         "host {} has no deployment_environment", host_.name);
    if (!note_closed(*host_.entry, problem))
      problem.with_help("set it in group_vars; without it lines have no environment label");
  }
  return std::move(host_);
}

}  // namespace

bool Host::has_service(std::string_view service) const {
  return std::any_of(services.begin(), services.end(),
                     [&](const Text& s) { return s.value == service; });
}

bool Host::is_measured(const Switch& one) const {
  return one.given() ? one.is_on : metrics.remote_write.given() && has_service("docker");
}

bool Host::has_metrics() const {
  return measures_host() || measures_containers() || measures_processes() ||
         !metrics.scrape.empty();
}

/// telemetry.services and its like win over the variable whose name may be another's.
bool is_said_instead(const Key& key, const yaml::Pair* telemetry) {
  const yaml::Node* at = telemetry != nullptr ? telemetry->value : nullptr;
  std::string_view path = key.instead;
  if (path.empty()) return false;
  path.remove_prefix(path.find('.') + 1);
  while (at != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    const yaml::Pair* pair = at->find(path.substr(0, dot));
    at = pair != nullptr && !yaml::is_null(*pair->value) ? pair->value : nullptr;
    path = dot == path.npos ? "" : path.substr(dot + 1);
  }
  return at != nullptr;
}

HostFacts host_facts(const inventory::HostEntry& entry, base::Arena& arena) {
  HostFacts facts;
  const yaml::Pair* telemetry = merged_telemetry(entry, arena);
  for (const Key& key : host_keys()) {
    const bool is_telemetry = key.type == KeyType::map;
    const yaml::Pair* variable = is_telemetry ? telemetry : entry.find(key.name);
    if (variable == nullptr || is_said_instead(key, telemetry)) continue;
    facts.variables.push_back(*variable);
    if (is_telemetry)
      facts.variables.back().value = with_closed_secrets(*variable->value, key.keys, arena);
  }
  for (auto layer = entry.layers.rbegin(); layer != entry.layers.rend(); ++layer)
    for (const yaml::Pair& pair : (*layer)->pairs) {
      if (!pair.key.ends_with(kSyslogPortSuffix) || pair.key.size() == kSyslogPortSuffix.size())
        continue;
      const bool overridden = std::any_of(facts.ports.begin(), facts.ports.end(),
                                          [&](const yaml::Pair& p) { return p.key == pair.key; });
      if (!overridden) facts.ports.push_back(pair);
    }
  return facts;
}

Host build_host(const inventory::HostEntry& entry, const inventory::RenderedTexts& rendered,
                const BuildOptions& options, base::Arena& arena, Diagnostics& diagnostics) {
  const HostFacts facts = host_facts(entry, arena);
  HostBuilder builder(entry, options, diagnostics);
  for (yaml::Pair variable : facts.variables) {
    const bool is_set = !yaml::is_null(*variable.value);
    variable.value = inventory::with_rendered(*variable.value, rendered, arena);
    if (!yaml::is_null(*variable.value))
      builder.read_variable(variable);
    else if (is_set)
      builder.refuse(variable.key);
  }
  std::vector<yaml::Pair> ports;
  for (yaml::Pair variable : facts.ports) {
    variable.value = inventory::with_rendered(*variable.value, rendered, arena);
    if (!yaml::is_null(*variable.value)) ports.push_back(variable);
  }
  builder.read_ports(ports);
  Host host = builder.finish();
  report_near_misses(host, diagnostics);
  report_empty_values(host, diagnostics);
  return host;
}

}  // namespace compiler::host
