#include "compiler/migrate/documents/field_paths.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/documents/panel_parts.h"

namespace compiler::migrate::documents {

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
