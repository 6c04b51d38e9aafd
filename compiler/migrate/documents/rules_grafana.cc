#include <fmt/format.h>

#include "compiler/migrate/documents/rules.h"

namespace compiler::migrate::documents {

namespace {

/// One node of a rule's data: a query, or an expression over others.
void gather_model(const Value& node, const Value& model, Gatherer& out) {
  const Datasources datasources(out.catalog());
  const QuerySource by_uid = datasources.by_name(node["datasourceUid"].text());
  QuerySource source = by_uid;
  if (source.kind == QuerySource::Kind::unknown && model["datasource"].is_map())
    source = datasources.resolve(model["datasource"]);
  if (source.kind == QuerySource::Kind::unknown && model["type"].text() == "math")
    return out.pass("expression");
  const Value expr = model["expr"];
  if (!expr.is_string())
    return out.pass(source.type.empty() || source.kind == QuerySource::Kind::unknown
                        ? "no query text"
                        : source.type);
  out.add_query(expr, source);
}

/// `model` is an object, or the same as a text of JSON.
void gather_node(const Value& node, Gatherer& out) {
  TitledPart part(out, node["refId"].text());
  const Value model = node["model"];
  if (model.is_map()) return gather_model(node, model, out);
  if (!model.is_string()) return out.unrecognised(node, "a query of a rule without a model");
  TreeError error;
  const auto tree = read_json(model.excerpt(), &error);
  if (!tree)
    return out.unrecognised(model, fmt::format("a model that is no JSON: {}", error.message));
  TitledPart inner(out);
  out.context.prefix += model.pointer();
  gather_model(node, tree->root(), out);
}

}  // namespace

bool is_grafana_rule(const Value& rule) {
  return rule["data"].is_list() || rule["grafana_alert"].is_map();
}

void gather_grafana_rule(const Value& rule, Gatherer& out) {
  const Value inner = rule["grafana_alert"].is_map() ? rule["grafana_alert"] : rule;
  const bool is_record = inner["record"].is_map();
  const std::string_view title = first_text(inner, {"title", "name"});
  TitledPart part(out, title);
  out.context.is_alert = !is_record;
  const size_t first = out.document().uses.size();
  for (const Value node : inner["data"]) gather_node(node, out);
  const std::string_view metric = inner["record"]["metric"].text();
  gather_rule_texts(rule, is_record && !metric.empty() ? metric : title, is_record, first, out);
  if (out.document().uses.size() == first) return;
  for (const std::string_view key : {"group_by", "groupBy"})
    for (const Value label : inner["notification_settings"][key])
      if (label.text() != "...") out.add(UseKind::label_name, label).name = title;
}

}  // namespace compiler::migrate::documents
