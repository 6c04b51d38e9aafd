#include <fmt/format.h>

#include "compiler/migrate/documents/dashboard.h"
#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/links.h"
#include "compiler/migrate/documents/panel_parts.h"
#include "compiler/migrate/documents/variables.h"

namespace compiler::migrate::documents {

namespace {

/// "loki" of {kind: "DataQuery", group: "loki"}, or of the earlier {kind: "loki"}.
std::string_view group_of(const Value& query) {
  const std::string_view group = query["group"].text();
  if (!group.empty()) return group;
  const std::string_view kind = query["kind"].text();
  return kind == "DataQuery" ? std::string_view() : kind;
}

QuerySource source_of(const Value& panel_query, const Value& query,
                      const Datasources& datasources) {
  if (const std::string_view group = group_of(query); !group.empty()) {
    const QuerySource source = source_of_type(group);
    // "datasource" is the group of -- Dashboard -- and of Grafana's own.
    return group == "datasource" ? datasources.resolve(query["datasource"]) : source;
  }
  return datasources.resolve(panel_query.has("datasource") ? panel_query["datasource"]
                                                           : query["datasource"]);
}

void gather_queries(const Value& list, const Datasources& datasources, Gatherer& out,
                    PanelQueries& queries) {
  for (const Value item : list) {
    const Value panel_query = item["spec"];
    const Value query = panel_query["query"];
    gather_target(query["spec"], panel_query["refId"].text(),
                  source_of(panel_query, query, datasources), out, queries);
  }
}

void gather_panel(const Value& spec, const Datasources& datasources, Gatherer& out) {
  TitledPart part(out, spec["title"].text());
  out.context.panel = out.new_panel();
  gather_links(spec["links"], out);
  const Value data = spec["data"]["spec"];
  const Value visual = spec["vizConfig"]["spec"];
  PanelQueries queries;
  gather_queries(data["queries"], datasources, out, queries);
  const Value content = visual["options"]["content"];
  if (content.is_string()) gather_links_in(content, content.excerpt(), out);
  gather_alert_list(visual["options"], out);
  if (!queries.any()) return gather_links(visual["fieldConfig"]["defaults"]["links"], out);
  out.context.language = queries.language();
  for (const Value one : data["transformations"]) {
    const std::string_view group = one["group"].text();
    gather_transformation(group.empty() ? first_text(one["spec"], {"id"}) : group, one,
                          one["spec"]["options"], out);
  }
  gather_field_config(visual["fieldConfig"], out);
  gather_options(visual["options"], out);
}

void gather_element(const Value& element, const Datasources& datasources, Gatherer& out) {
  const std::string_view kind = element["kind"].text();
  const Value spec = element["spec"];
  if (kind == "Panel") return gather_panel(spec, datasources, out);
  if (kind != "LibraryPanel")
    return out.unrecognised(element, fmt::format("an element of an unknown kind: \"{}\"", kind));
  const Value library = spec["libraryPanel"];
  TitledPart part(out, spec["title"].text());
  const std::string_view name = first_text(library, {"name", "uid"});
  if (!out.catalog().has_library(library["uid"].text()) && !out.catalog().has_library(name))
    out.unrecognised(element,
                     fmt::format("a panel of the library panel \"{}\", which is not in the "
                                 "folders given",
                                 name));
}

}  // namespace

bool is_v2_dashboard(const Value& value) {
  return value["elements"].is_map() &&
         (value.has("layout") || value.has("variables") || value.has("title"));
}

void gather_v2_dashboard(const Value& spec, Gatherer& out) {
  const std::string_view title = spec["title"].text();
  TitledPart part(out, title);
  out.document().scopes.push_back({std::string(title), {}});
  out.context.scope = static_cast<int32_t>(out.document().scopes.size() - 1);
  Datasources datasources(out.catalog());
  for (const Value variable : spec["variables"])
    if (variable["kind"].text() == "DatasourceVariable")
      datasources.add_variable(std::string(variable["spec"]["name"].text()),
                               variable["spec"]["pluginId"].text());
  for (const Value variable : spec["variables"])
    gather_variable(v2_variable(variable, datasources), out);
  for (const Value annotation : spec["annotations"])
    gather_annotation(annotation["spec"], datasources, out);
  gather_links(spec["links"], out);
  for (const Value element : spec["elements"]) gather_element(element, datasources, out);
}

}  // namespace compiler::migrate::documents
