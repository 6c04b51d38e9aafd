#include "compiler/migrate/documents/rules.h"

#include <fmt/format.h>

#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/links.h"
#include "compiler/migrate/documents/query_text.h"

namespace compiler::migrate::documents {

namespace {

/// Rule files do not say which ruler reads them: the expression does. One that could be either goes
/// with the others of the file and is marked as uncertain.
struct GroupLanguage {
  QuerySource source;
  QueryShape others = QueryShape::unclear;

  QuerySource of(std::string_view expression) const {
    if (source.kind != QuerySource::Kind::unknown) return source;
    const QueryShape own = shape_of(expression);
    if (own == QueryShape::unclear) return {};
    return source_of_type(own == QueryShape::logql ? "loki" : "prometheus");
  }
};

void note_shapes(const Value& rules, bool& has_logql, bool& has_promql) {
  for (const Value rule : rules) {
    const QueryShape shape = shape_of(rule["expr"].text());
    has_logql |= shape == QueryShape::logql;
    has_promql |= shape == QueryShape::promql;
  }
}

QueryShape majority(bool has_logql, bool has_promql) {
  if (has_logql == has_promql) return QueryShape::unclear;
  return has_logql ? QueryShape::logql : QueryShape::promql;
}

void gather_rule(const Value& rule, const GroupLanguage& language, Gatherer& out) {
  const bool is_record = rule.has("record") || rule["type"].text() == "recording";
  const std::string_view name = first_text(rule, {"alert", "record", "name"});
  TitledPart part(out, name);
  out.context.is_alert = !is_record;
  out.context.panel = out.new_panel();
  // The API that lists rules says `query`.
  const Value expr = rule.has("expr") ? rule["expr"] : rule["query"];
  if (!expr.is_string() && !expr.is(Tree::Kind::number))
    return out.unrecognised(rule, "a rule without an expression");
  const size_t first = out.document().uses.size();
  const QuerySource source = language.of(expr.text());
  const int32_t index = out.add_query(expr, source);
  if (index >= 0 && source.kind == QuerySource::Kind::unknown &&
      language.others == QueryShape::promql)
    out.document().uses[static_cast<size_t>(index)].language = Language::promql;
  gather_rule_texts(rule, name, is_record, first, out);
}

}  // namespace

bool shows_labels(std::string_view text) {
  return text.find("{{") != std::string_view::npos && text.find("abels") != std::string_view::npos;
}

void gather_rule_texts(const Value& rule, std::string_view name, bool is_record, size_t first,
                       Gatherer& out) {
  RuleDef definition{.name = std::string(name), .is_record = is_record};
  for (const Value label : rule["labels"]) definition.labels.emplace(label.key(), label.text());
  auto& uses = out.document().uses;
  const size_t behind = uses.size();
  for (size_t i = first; i < behind; ++i) {
    uses[i].name = name;
    definition.expression = i;
    if (uses[i].kind == UseKind::query) out.document().rules.push_back(definition);
  }
  if (behind == first) return;
  TitledPart part(out);
  out.context.belongs_to = behind == first + 1 ? static_cast<int32_t>(first) : -1;
  out.context.language = uses[first].language;
  out.context.language_is_certain = uses[first].language_is_certain;
  for (const std::string_view map : {"labels", "annotations"})
    for (const Value text : rule[map]) {
      if (shows_labels(text.text())) out.add(UseKind::go_template, text).name = name;
      if (text.text().find("explore?") != std::string_view::npos)
        gather_links_in(text, text.excerpt(), out);
    }
}

bool is_rule_groups(const Value& list) {
  if (!list.is_list()) return false;
  for (const Value group : list)
    if (!group["rules"].is_list()) return false;
  return list.begin() != list.end();
}

namespace {

void gather_each_rule(const Value& rules, const GroupLanguage& language, Gatherer& out) {
  for (const Value rule : rules) {
    if (is_grafana_rule(rule))
      gather_grafana_rule(rule, out);
    else if (rule.is_map())
      gather_rule(rule, language, out);
    else
      out.unrecognised(rule, "a rule that is not a map");
  }
}

}  // namespace

void gather_rules(const Value& rules, const QuerySource& source, Gatherer& out) {
  bool has_logql = false;
  bool has_promql = false;
  note_shapes(rules, has_logql, has_promql);
  gather_each_rule(rules, {source, majority(has_logql, has_promql)}, out);
}

void gather_rule_groups(const Value& list, const QuerySource& source, Gatherer& out) {
  bool has_logql = false;
  bool has_promql = false;
  for (const Value group : list) note_shapes(group["rules"], has_logql, has_promql);
  const GroupLanguage language{source, majority(has_logql, has_promql)};
  for (const Value group : list) {
    TitledPart part(out, group["name"].text());
    gather_each_rule(group["rules"], language, out);
  }
}

namespace {

/// One node of a rule's data: a query, or an expression over others.
void gather_model(const Value& node, const Value& model, Gatherer& out) {
  const Datasources datasources(out.catalog());
  const QuerySource by_uid = datasources.by_name(node["datasourceUid"].text());
  QuerySource source = by_uid;
  if (source.kind == QuerySource::Kind::unknown && model["datasource"].is_map())
    source = datasources.resolve(model["datasource"]);
  if (source.kind == QuerySource::Kind::unknown && model["type"].text() == "math")
    return out.pass(model, "expression");
  const Value expr = model["expr"];
  if (!expr.is_string())
    return out.pass(model, source.type.empty() || source.kind == QuerySource::Kind::unknown
                               ? kNoQueryText
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
    return out.unrecognised(model, fmt::format("a model that is not JSON: {}", error.message));
  TitledPart inner(out);
  out.context.prefix += model.pointer();
  gather_model(node, tree->root(), out);
  sweep(tree->root(), out);
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
  out.context.panel = out.new_panel();
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
