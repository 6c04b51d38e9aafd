#include "compiler/migrate/documents/datasources.h"

#include <algorithm>

namespace compiler::migrate::documents {

namespace {

constexpr int kInputsDepthMax = 40;

constexpr std::string_view kPrometheusTypes[] = {"prometheus",
                                                 "mimir",
                                                 "cortex",
                                                 "thanos",
                                                 "grafana-amazonprometheus-datasource",
                                                 "grafana-azureprometheus-datasource",
                                                 "victoriametrics-datasource",
                                                 "victoriametrics-metrics-datasource"};

std::optional<QuerySource> reserved(std::string_view name) {
  if (name == "-- Mixed --") return QuerySource{QuerySource::Kind::mixed, "mixed"};
  if (name == "-- Dashboard --") return QuerySource{QuerySource::Kind::computed, "another panel"};
  if (name == "__expr__" || name == "-100")
    return QuerySource{QuerySource::Kind::computed, "expression"};
  if (name == "-- Grafana --" || name == "grafana")
    return QuerySource{QuerySource::Kind::other, "grafana"};
  return std::nullopt;
}

}  // namespace

QuerySource source_of_type(std::string_view type) {
  if (const auto known = reserved(type)) return *known;
  const auto* prometheus =
      std::find(std::begin(kPrometheusTypes), std::end(kPrometheusTypes), type);
  QuerySource source{QuerySource::Kind::other, std::string(type)};
  if (type == "loki") source.kind = QuerySource::Kind::loki;
  if (prometheus != std::end(kPrometheusTypes)) source.kind = QuerySource::Kind::prometheus;
  if (type.empty()) source.kind = QuerySource::Kind::unknown;
  return source;
}

void Catalog::add_datasource(const Value& datasource) {
  const QuerySource source = source_of_type(datasource["type"].text());
  if (source.kind == QuerySource::Kind::unknown) return;
  for (const std::string_view key : {"uid", "name"})
    if (const std::string_view name = datasource[key].text(); !name.empty())
      sources_.insert_or_assign(std::string(name), source);
  if (datasource["isDefault"].is_true()) standard_ = source;
}

void Catalog::add(const Value& value, int depth) {
  if (depth > kInputsDepthMax) return;
  if (value.is_string() && value.text().find('\n') != std::string_view::npos) {
    const std::string_view text = value.text();
    if (text.find("datasources:") == std::string_view::npos &&
        text.find("\"model\"") == std::string_view::npos)
      return;
    std::optional<TreeError> error;
    for (const Tree& tree : read_yaml(value.excerpt(), error)) add(tree.root(), depth + 1);
    return;
  }
  if (value.is_map()) {
    for (const Value one : value["datasources"]) add_datasource(one);
    if (value["spec"]["datasource"].has("type")) add_datasource(value["spec"]["datasource"]);
    if (value["model"].is_map() && !value.has("datasourceUid"))
      for (const std::string_view key : {"uid", "name"})
        if (!value[key].text().empty()) libraries_.emplace(value[key].text());
  }
  for (const Value child : value) add(child, depth + 1);
}

std::optional<QuerySource> Catalog::find(std::string_view uid_or_name) const {
  if (const auto known = reserved(uid_or_name)) return known;
  const auto found = sources_.find(uid_or_name);
  if (found == sources_.end()) return std::nullopt;
  return found->second;
}

bool Catalog::has_library(std::string_view uid_or_name) const {
  return libraries_.find(uid_or_name) != libraries_.end();
}

QuerySource Datasources::by_name(std::string_view name) const {
  if (const std::string_view variable = variable_name(name); !variable.empty()) {
    const auto found = variables_.find(variable);
    return found != variables_.end() ? found->second
                                     : QuerySource{QuerySource::Kind::unknown, std::string(name)};
  }
  if (name.empty() || name == "default")
    return catalog_.standard().value_or(QuerySource{QuerySource::Kind::unknown, "default"});
  return catalog_.find(name).value_or(QuerySource{QuerySource::Kind::unknown, std::string(name)});
}

QuerySource Datasources::resolve(const Value& field) const {
  if (!field.is_map()) return by_name(field.text());
  const std::string_view uid = field["uid"].text();
  const std::string_view type = field["type"].text();
  // "datasource" is the type that Grafana gives to what is none: mixed, another panel, itself.
  if (auto known = catalog_.find(uid); known && (type.empty() || type == "datasource"))
    return *known;
  if (!type.empty() && variable_name(type).empty()) return source_of_type(type);
  return by_name(!uid.empty() ? uid : field["name"].text());
}

std::string_view variable_name(std::string_view text) {
  const bool is_curly = text.starts_with("${") && text.ends_with('}');
  const bool is_square = text.starts_with("[[") && text.ends_with("]]");
  if (is_curly)
    text = text.substr(2, text.size() - 3);
  else if (is_square)
    text = text.substr(2, text.size() - 4);
  else if (text.starts_with('$'))
    text.remove_prefix(1);
  else
    return {};
  return text.substr(0, text.find(':'));
}

}  // namespace compiler::migrate::documents
