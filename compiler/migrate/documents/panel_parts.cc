#include "compiler/migrate/documents/panel_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/documents/links.h"

namespace compiler::migrate::documents {

void PanelQueries::note(const Use& query) {
  (query.language == Language::promql ? has_promql : has_logql) = true;
}

Language PanelQueries::language() const {
  if (has_logql == has_promql) return Language::none;
  return has_logql ? Language::logql : Language::promql;
}

void gather_target(const Value& query, std::string_view ref_id, const QuerySource& source,
                   Gatherer& out, PanelQueries& queries) {
  const Value expr = query["expr"];
  TitledPart part(out, ref_id);
  if (!expr.is_string()) {
    const bool is_known =
        source.kind == QuerySource::Kind::other || source.kind == QuerySource::Kind::computed;
    return out.pass(query, is_known ? source.type : std::string(kNoQueryText));
  }
  const int32_t index = out.add_query(expr, source);
  if (index < 0) return;
  const Use& use = out.document().uses[static_cast<size_t>(index)];
  queries.note(use);
  const Value legend = query["legendFormat"];
  if (legend.text().find("{{") == std::string_view::npos) return;
  out.context.belongs_to = index;
  out.context.language = use.language;
  out.context.language_is_certain = use.language_is_certain;
  out.add(UseKind::label_template, legend);
}

namespace {

void gather_matcher(const Value& matcher, Gatherer& out) {
  const std::string_view id = matcher["id"].text();
  const Value options = matcher["options"];
  if (id == "byName") gather_fields(options, "", out);
  if (id == "byRegexp") gather_fields(options, "~", out);
  if (id == "byNames") gather_fields(options, "names[]", out);
}

}  // namespace

/// Options of value mappings: {"kairos": {...}}, {"pattern": "kairos.*"}, or the older list of
/// {"value": "kairos"}.
void gather_mappings(const Value& mappings, Gatherer& out) {
  for (const Value mapping : mappings) {
    const std::string_view type = mapping["type"].text();
    const Value options = mapping["options"];
    if (type == "value")
      for (const Value value : options) out.add_key(UseKind::series_name, value);
    if (type == "regex") out.add(UseKind::series_name, options["pattern"]).is_regex = true;
    if (mapping["value"].is_string()) out.add(UseKind::series_name, mapping["value"]);
  }
}

void gather_field_config(const Value& config, Gatherer& out) {
  gather_mappings(config["defaults"]["mappings"], out);
  gather_links(config["defaults"]["links"], out);
  gather_field_reference(config["defaults"]["displayName"], out);
  for (const Value override_ : config["overrides"]) {
    gather_matcher(override_["matcher"], out);
    for (const Value property : override_["properties"]) {
      const std::string_view id = property["id"].text();
      if (id == "mappings") gather_mappings(property["value"], out);
      if (id == "links") gather_links(property["value"], out);
      if (id == "displayName") gather_field_reference(property["value"], out);
    }
  }
}

void gather_series_names(const Value& panel, Gatherer& out) {
  for (const Value colour : panel["aliasColors"]) out.add_key(UseKind::series_name, colour);
  for (const Value override_ : panel["seriesOverrides"]) {
    const Value alias = override_["alias"];
    if (alias.is_string())
      out.add(UseKind::series_name, alias).is_regex = alias.text().starts_with('/');
  }
  for (const Value map : panel["valueMaps"])
    if (map["value"].is_string()) out.add(UseKind::series_name, map["value"]);
  gather_mappings(panel["mappings"], out);
}

void gather_fields(const Value& options, std::string_view path, Gatherer& out) {
  if (!options.exists()) return;
  if (path == "{}") {
    for (const Value child : options) out.add_key(UseKind::label_name, child);
    return;
  }
  if (path.starts_with("[]")) {
    for (const Value child : options)
      gather_fields(child, path.substr(path.starts_with("[].") ? 3 : 2), out);
    return;
  }
  if (path.empty() || path == "~") {
    if (options.is_string() && !options.text().empty())
      out.add(UseKind::label_name, options).is_regex = path == "~";
    return;
  }
  const size_t end = std::min(path.find_first_of(".[{~"), path.size());
  const size_t next = end < path.size() && path[end] == '.' ? end + 1 : end;
  gather_fields(options[path.substr(0, end)], path.substr(next), out);
}

namespace {

/// Which options of Grafana's transformations name fields. Two rows of one id are two paths.
struct FieldPath {
  std::string_view id;
  std::string_view path;
};
constexpr FieldPath kTransformations[] = {
    {"labelsToFields", "keepLabels[]"},
    {"labelsToFields", "valueLabel"},
    {"extractFields", "source"},
    {"extractFields", "jsonPaths[].path"},
    {"organize", "indexByName{}"},
    {"organize", "renameByName{}"},
    {"organize", "excludeByName{}"},
    {"organize", "includeByName{}"},
    {"renameByRegex", "regex~"},
    {"groupBy", "fields{}"},
    {"groupToNestedTable", "fields{}"},
    {"groupingToMatrix", "columnField"},
    {"groupingToMatrix", "rowField"},
    {"groupingToMatrix", "valueField"},
    {"filterFieldsByName", "include.names[]"},
    {"filterFieldsByName", "include.pattern~"},
    {"filterFieldsByName", "exclude.names[]"},
    {"filterFieldsByName", "exclude.pattern~"},
    {"filterByValue", "filters[].fieldName"},
    {"joinByField", "byField"},
    {"seriesToColumns", "byField"},
    {"joinByLabels", "value"},
    {"joinByLabels", "join[]"},
    {"partitionByValues", "fields[]"},
    {"sortBy", "sort[].field"},
    {"calculateField", "binary.left"},
    {"calculateField", "binary.right"},
    {"calculateField", "binary.left.matcher.options"},
    {"calculateField", "binary.right.matcher.options"},
    {"calculateField", "reduce.include[]"},
    {"calculateField", "cumulative.field"},
    {"calculateField", "window.field"},
    {"calculateField", "unary.fieldName"},
    {"convertFieldType", "conversions[].targetField"},
    {"fieldLookup", "lookupField"},
    {"formatString", "stringField"},
    {"formatTime", "timeField"},
    {"rowsToFields", "mappings[].fieldName"},
    {"configFromData", "mappings[].fieldName"},
    {"histogram", "fields{}"},
    {"regression", "xFieldName"},
    {"regression", "yFieldName"},
    {"spatial", "source.geohash"},
    {"spatial", "source.lookup"},
    {"smoothing", "field"},
};
/// Transformations whose options name no fields.
constexpr std::string_view kFieldless[] = {"merge",
                                           "reduce",
                                           "limit",
                                           "concatenate",
                                           "seriesToRows",
                                           "append",
                                           "filterByRefId",
                                           "timeSeriesTable",
                                           "prepareTimeSeries",
                                           "heatmap",
                                           "transpose",
                                           "noop",
                                           "createHeatmap",
                                           "ensureColumns",
                                           "filterFields",
                                           "convertFrameType",
                                           "joinByRegex"};

/// Options of panels, of whatever kind, that name fields.
constexpr std::string_view kOptions[] = {"reduceOptions.fields~",
                                         "displayedFields[]",
                                         "sortBy[].displayName",
                                         "xField",
                                         "colorByField",
                                         "groupByField",
                                         "mapping[].pairs[].x.matcher.options",
                                         "dims.x",
                                         "fields.explicit[]",
                                         "footer.fields[]"};

}  // namespace

void gather_transformation(std::string_view id, const Value& transformation, const Value& options,
                           Gatherer& out) {
  bool is_known =
      std::find(std::begin(kFieldless), std::end(kFieldless), id) != std::end(kFieldless);
  for (const FieldPath& one : kTransformations) {
    if (one.id != id) continue;
    is_known = true;
    gather_fields(options, one.path, out);
  }
  if (!is_known)
    out.unrecognised(transformation,
                     fmt::format("a transformation of an unknown kind: \"{}\"", id));
}

void gather_options(const Value& options, Gatherer& out) {
  for (const std::string_view path : kOptions) gather_fields(options, path, out);
}

}  // namespace compiler::migrate::documents
