#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/links.h"

namespace compiler::migrate::documents {

namespace {

/// A derived field reads the line, or a label when matcherType says so; then the regular expression
/// is the label's name.
void gather_derived_fields(const Value& list, Gatherer& out) {
  for (const Value field : list) {
    TitledPart part(out, field["name"].text());
    out.context.language = Language::logql;
    if (field["matcherType"].text() == "label" && field["matcherRegex"].is_string())
      out.add(UseKind::label_name, field["matcherRegex"]);
    const Value url = field["url"];
    const bool is_query = !field["datasourceUid"].text().empty();
    if (!url.is_string()) continue;
    if (is_query)
      out.pass(url, "query of a derived field");
    else
      gather_links_in(url, url.excerpt(), out);
  }
}

/// Tags of spans that select streams: their names, or what they are mapped to.
void gather_tags(const Value& list, Gatherer& out) {
  for (const Value tag : list) {
    if (tag.is_string()) {
      out.add(UseKind::label_name, tag);
      continue;
    }
    const Value mapped = tag["value"];
    const Value name = mapped.text().empty() ? tag["key"] : mapped;
    if (!name.text().empty()) out.add(UseKind::label_name, name);
  }
}

void gather_traces_to_logs(const Value& traces, Gatherer& out) {
  if (!traces.is_map()) return;
  TitledPart part(out, traces.key());
  const Datasources datasources(out.catalog());
  const QuerySource source = datasources.by_name(traces["datasourceUid"].text());
  if (source.kind == QuerySource::Kind::other) return out.pass(traces, source.type);
  out.context.language = Language::logql;
  out.context.language_is_certain = source.kind == QuerySource::Kind::loki;
  gather_tags(traces["tags"], out);
  gather_tags(traces["mappedTags"], out);
  if (traces["query"].is_string()) out.add_query(traces["query"], source);
}

void gather_traces_to_metrics(const Value& traces, Gatherer& out) {
  if (!traces.is_map()) return;
  TitledPart part(out, traces.key());
  const Datasources datasources(out.catalog());
  for (const Value query : traces["queries"]) {
    if (!query["query"].is_string()) continue;
    out.add_query(query["query"], datasources.by_name(traces["datasourceUid"].text()));
  }
}

void gather_correlation(const Value& correlation, Gatherer& out) {
  TitledPart part(out, first_text(correlation, {"label", "description"}));
  const Datasources datasources(out.catalog());
  const Value config = correlation["config"];
  if (config["field"].is_string()) out.add(UseKind::label_name, config["field"]);
  const Value target = config["target"];
  const std::string_view uid = first_text(correlation, {"targetUID", "targetUid"});
  if (target["expr"].is_string()) out.add_query(target["expr"], datasources.by_name(uid));
  if (target["url"].is_string()) gather_links_in(target["url"], target["url"].excerpt(), out);
}

}  // namespace

bool is_datasources(const Value& value) {
  for (const Value one : value["datasources"]) return one.has("type") && one.has("name");
  return value["deleteDatasources"].is_list();
}

void gather_datasource(const Value& datasource, Gatherer& out) {
  TitledPart part(out, first_text(datasource, {"name", "uid"}));
  const Value options = datasource["jsonData"];
  gather_derived_fields(options["derivedFields"], out);
  gather_traces_to_logs(options["tracesToLogs"], out);
  gather_traces_to_logs(options["tracesToLogsV2"], out);
  gather_traces_to_metrics(options["tracesToMetrics"], out);
  for (const Value one : datasource["correlations"]) gather_correlation(one, out);
}

void gather_datasources(const Value& value, Gatherer& out) {
  for (const Value one : value["datasources"]) gather_datasource(one, out);
}

}  // namespace compiler::migrate::documents
