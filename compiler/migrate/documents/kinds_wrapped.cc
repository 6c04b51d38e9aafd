#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/query_text.h"
#include "compiler/migrate/documents/rules.h"

namespace compiler::migrate::documents {

namespace {

constexpr int kWrapperDepthMax = 40;

bool says_document(std::string_view key) {
  return key.ends_with(".json") || key.ends_with(".yaml") || key.ends_with(".yml") ||
         key == "json" || key == "model";
}

/// Reads a text as JSON or YAML and searches that.
bool search_text(const Value& value, const Excerpt& text, Gatherer& out, int depth) {
  const std::string_view all = text.text();
  const size_t first = all.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  const bool is_json = all[first] == '{' || all[first] == '[';
  const bool is_yaml =
      all.find('\n') != std::string_view::npos && all.find(": ") != std::string_view::npos;
  if (!is_json && !is_yaml && all.find(":\n") == std::string_view::npos) return false;
  std::vector<Tree> trees;
  std::optional<TreeError> error;
  TreeError json_error;
  if (is_json) {
    if (auto tree = read_json(text, &json_error)) trees.push_back(std::move(*tree));
    if (trees.empty()) error = json_error;
  } else {
    trees = read_yaml(text, error);
  }
  TitledPart part(out);
  out.context.prefix += value.pointer();
  bool found = false;
  for (const Tree& tree : trees) {
    if (!tree.root().is_map() && !tree.root().is_list()) continue;
    if (!search(tree.root(), out, depth + 1)) continue;
    found = true;
    sweep(tree.root(), out);
  }
  if (!error || !says_document(value.key())) return found;
  out.unrecognised_at(text.in_file(error->at), out.context.prefix,
                      fmt::format("\"{}\" is not valid {}: {}", value.key(),
                                  is_json ? "JSON" : "YAML", error->message));
  return true;
}

/// A dashboard of a Helm chart's values or a resource that is somewhere else.
bool is_elsewhere(const Value& value, Gatherer& out) {
  struct Way {
    std::string_view key;
    const char* what;
  };
  static constexpr Way kWays[] = {
      {"gnetId", "a dashboard of grafana.com, number {}: not in the folders given"},
      {"url", "a dashboard that is loaded from {}: not in the folders given"},
      {"file", "a dashboard in the chart's file {}: give its folder"}};
  const bool is_dashboards = value.parent().parent().key() == "dashboards";
  for (const Way& way : kWays) {
    if (!value.has(way.key) || (way.key != "gnetId" && !is_dashboards)) continue;
    out.unrecognised(value, fmt::format(fmt::runtime(way.what), value[way.key].text()));
    return true;
  }
  return false;
}

/// A query where none is expected.
bool list_stray_query(const Value& value, Gatherer& out) {
  const std::string_view text = value.text();
  const bool has_selector = text.find("=\"") != std::string_view::npos ||
                            text.find("=~\"") != std::string_view::npos ||
                            text.find("=`") != std::string_view::npos;
  const bool is_query = has_selector && shape_of(text) == QueryShape::logql;
  if (!is_query && !(value.key() == "expr" && shape_of(text) != QueryShape::unclear)) return false;
  out.unrecognised(value, "what looks like a query, in a place that is not known");
  return true;
}

void gather_secret(const Value& data, Gatherer& out) {
  for (const Value one : data) {
    TitledPart part(out, one.key());
    const auto text =
        base::base64_decode(one.text(), base::Base64::standard, base::Padding::optional);
    if (!text) {
      out.unrecognised(one, "data of a Secret that is not base64");
      continue;
    }
    const Excerpt inner = Excerpt::read_only(*text, one.in_file());
    if (!search_text(one, inner, out, 1))
      out.unrecognised(one, "data of a Secret that is nothing known");
  }
}

void gather_dashboard_resource(const Value& spec, Gatherer& out) {
  const Value json = spec["json"];
  if (json.is_string() && search_text(json, json.excerpt(), out, 1)) return;
  static constexpr std::string_view kElsewhere[] = {"url",      "grafanaCom", "configMapRef",
                                                    "gzipJson", "jsonnet",    "jsonnetLib",
                                                    "json",     "secretRef"};
  for (const std::string_view key : kElsewhere)
    if (spec.has(key))
      return out.unrecognised(spec[key],
                              fmt::format("a dashboard whose content is given by \"{}\"", key));
  out.unrecognised(spec, "a dashboard resource without a dashboard");
}

}  // namespace

bool gather_resource(const Value& resource, Gatherer& out) {
  const std::string_view kind = resource["kind"].text();
  if (kind.empty() || !resource["apiVersion"].is_string()) return false;
  const Value spec = resource["spec"];
  TitledPart part(out, first_text(resource["metadata"], {"name"}));
  if (kind == "GrafanaDashboard") {
    gather_dashboard_resource(spec, out);
  } else if (kind == "Secret") {
    gather_secret(resource["data"], out);
    search(resource["stringData"], out);
  } else if (kind == "LokiRule" || kind == "AlertingRule" || kind == "RecordingRule") {
    gather_rule_groups(spec["groups"], source_of_type("loki"), out);
  } else if (kind == "Dashboard" && !gather_known(spec, out)) {
    out.unrecognised(resource, "a dashboard resource without panels or elements");
  } else if (kind == "Dashboard") {
    return true;
  } else if (kind == "GrafanaDatasource") {
    gather_datasource(spec["datasource"], out);
  } else if (kind == "ConfigMap") {
    if (!search(resource["data"], out))
      out.unrecognised(resource, "a ConfigMap without a dashboard or rules that are known");
  } else {
    return false;
  }
  note_kind(out, kind);
  return true;
}

bool search(const Value& value, Gatherer& out, int depth) {
  if (depth > kWrapperDepthMax) {
    out.unrecognised(value, "values too deep to be searched");
    return true;
  }
  if (value.is_string())
    return search_text(value, value.excerpt(), out, depth) || list_stray_query(value, out);
  if (!value.is_map() && !value.is_list()) return false;
  if (value.is_map() && (gather_known(value, out) || is_elsewhere(value, out))) return true;
  TitledPart part(out, value.is_map() ? value.key() : std::string_view());
  bool found = false;
  for (const Value child : value) found |= search(child, out, depth + 1);
  return found;
}

}  // namespace compiler::migrate::documents
