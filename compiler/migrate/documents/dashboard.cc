#include "compiler/migrate/documents/dashboard.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/links.h"
#include "compiler/migrate/documents/panel_parts.h"
#include "compiler/migrate/documents/variables.h"

namespace compiler::migrate::documents {

namespace {

constexpr int kPanelDepthMax = 20;

/// Panels in the order they are shown: of rows, and of rows that are closed.
void flatten(const Value& list, std::vector<Value>& panels, int depth = 0) {
  if (depth > kPanelDepthMax) return;
  for (const Value panel : list) {
    if (!panel.is_map()) continue;
    panels.push_back(panel);
    flatten(panel["panels"], panels, depth + 1);
  }
}

/// A legacy alert stands in its panel and names the queries it looks at by refId.
bool is_alerted(const Value& panel, std::string_view ref_id) {
  for (const Value condition : panel["alert"]["conditions"]) {
    const Value parameters = condition["query"]["params"];
    if (parameters.is_list() && parameters.begin() != parameters.end() &&
        (*parameters.begin()).text() == ref_id)
      return true;
  }
  return false;
}

class ClassicDashboard {
 public:
  ClassicDashboard(const Value& dashboard, Gatherer& out)
      : dashboard_(dashboard), out_(out), datasources_(out.catalog()) {}

  void gather();
  /// All of a panel but a reference to a library.
  void panel_parts(const Value& panel, int32_t number);

 private:
  void panel(const Value& panel, int32_t number);
  void inputs();
  void variables();
  void targets(const Value& panel, PanelQueries& queries);
  bool is_library_reference(const Value& panel);
  int32_t number_of_source(const Value& panel, int32_t own) const;

  const Value& dashboard_;
  Gatherer& out_;
  Datasources datasources_;
  std::vector<Value> panels_;
  std::vector<int32_t> numbers_;
};

/// __inputs of exports for grafana.com, and variables that choose a datasource.
void ClassicDashboard::inputs() {
  for (const Value input : dashboard_["__inputs"])
    if (!input["pluginId"].text().empty())
      datasources_.add_variable(std::string(input["name"].text()), input["pluginId"].text());
  for (const Value variable : dashboard_["templating"]["list"])
    if (variable["type"].text() == "datasource")
      datasources_.add_variable(std::string(variable["name"].text()), variable["query"].text());
}

void ClassicDashboard::variables() {
  for (const Value variable : dashboard_["templating"]["list"])
    gather_variable(classic_variable(variable, datasources_), out_);
}

void ClassicDashboard::targets(const Value& panel, PanelQueries& queries) {
  const QuerySource standard = datasources_.resolve(panel["datasource"]);
  for (const Value target : panel["targets"]) {
    const Value own = target["datasource"];
    QuerySource source = own.is_null() ? standard : datasources_.resolve(own);
    if (source.kind == QuerySource::Kind::mixed) source = datasources_.by_name("default");
    TitledPart part(out_);
    out_.context.is_alert = is_alerted(panel, target["refId"].text());
    gather_target(target, target["refId"].text(), source, out_, queries);
  }
}

/// A panel of a library keeps nothing here but a name; older Grafana left a copy, which is stale.
bool ClassicDashboard::is_library_reference(const Value& panel) {
  const Value library = panel["libraryPanel"];
  if (!library.is_map()) return false;
  const std::string_view uid = library["uid"].text();
  const std::string_view name = library["name"].text();
  for (const Value element : dashboard_["__elements"])
    if (element.key() == uid || element["uid"].text() == uid) return true;
  if (!out_.catalog().has_library(uid) && !out_.catalog().has_library(name))
    out_.unrecognised(library,
                      fmt::format("a panel of the library panel \"{}\", which is not in the "
                                  "folders given",
                                  name.empty() ? uid : name));
  return true;
}

/// A panel on -- Dashboard -- reads the result of another one.
int32_t ClassicDashboard::number_of_source(const Value& panel, int32_t own) const {
  if (datasources_.resolve(panel["datasource"]).type != "another panel") return own;
  for (const Value target : panel["targets"])
    for (size_t i = 0; i < panels_.size(); ++i)
      if (!target["panelId"].text().empty() && panels_[i]["id"].text() == target["panelId"].text())
        return numbers_[i];
  return own;
}

void ClassicDashboard::panel(const Value& panel, int32_t number) {
  TitledPart part(out_, panel["title"].text());
  out_.context.panel = number;
  gather_links(panel["links"], out_);
  if (!is_library_reference(panel)) panel_parts(panel, number);
}

void ClassicDashboard::panel_parts(const Value& panel, int32_t number) {
  TitledPart part(out_);
  out_.context.panel = number;
  PanelQueries queries;
  targets(panel, queries);
  const int32_t source = number_of_source(panel, number);
  const Value options = panel["options"];
  for (const std::string_view key : {"content", "code"}) {
    const Value text = key == "content" && panel.has(key) ? panel[key] : options[key];
    const Value content = text.is_map() ? text["content"] : text;
    if (content.is_string()) gather_links_in(content, content.excerpt(), out_);
  }
  gather_links(options["dataLinks"], out_);
  gather_alert_list(options, out_);
  if (!queries.any() && source == number)
    return gather_links(panel["fieldConfig"]["defaults"]["links"], out_);
  out_.context.panel = source;
  out_.context.language = queries.language();
  for (const Value one : panel["transformations"])
    gather_transformation(one["id"].text(), one, one["options"], out_);
  gather_field_config(panel["fieldConfig"], out_);
  gather_series_names(panel, out_);
  gather_options(options, out_);
}

void ClassicDashboard::gather() {
  inputs();
  flatten(dashboard_["panels"], panels_);
  for (const Value row : dashboard_["rows"]) flatten(row["panels"], panels_);
  variables();
  for (const Value annotation : dashboard_["annotations"]["list"])
    gather_annotation(annotation, datasources_, out_);
  gather_links(dashboard_["links"], out_);
  for (size_t i = 0; i < panels_.size(); ++i) numbers_.push_back(out_.new_panel());
  for (size_t i = 0; i < panels_.size(); ++i) panel(panels_[i], numbers_[i]);
  for (const Value element : dashboard_["__elements"])
    if (is_library_panel(element)) gather_library_panel(element, out_);
}

}  // namespace

bool is_classic_dashboard(const Value& value) {
  if (!value.is_map()) return false;
  const bool has_panels = value["panels"].is_list() || value["rows"].is_list();
  return (has_panels &&
          (value.has("title") || value.has("schemaVersion") || value.has("templating"))) ||
         (value.has("schemaVersion") && value.has("title")) ||
         (value["templating"]["list"].is_list() && value.has("title"));
}

void gather_classic_dashboard(const Value& dashboard, Gatherer& out) {
  const std::string_view title = dashboard["title"].text();
  TitledPart part(out, title);
  out.document().scopes.push_back({std::string(title), {}});
  out.context.scope = static_cast<int32_t>(out.document().scopes.size() - 1);
  ClassicDashboard(dashboard, out).gather();
}

bool is_library_panel(const Value& value) {
  const Value model = value["model"];
  const bool is_library = value["kind"].text() == "1" || value.has("libraryElement") ||
                          value["meta"].has("connectedDashboards") || value.has("folderUid");
  return model.is_map() && !value.has("datasourceUid") &&
         (is_library || model.has("targets") || model.has("libraryPanel"));
}

/// A library panel stands in many dashboards: whose variables it reads is not known here.
void gather_library_panel(const Value& library, Gatherer& out) {
  TitledPart part(out, fmt::format("library panel {}", first_text(library, {"name", "uid"})));
  out.document().scopes.push_back({std::string(first_text(library, {"name", "uid"})), {}});
  out.context.scope = static_cast<int32_t>(out.document().scopes.size() - 1);
  const Value model = library["model"];
  ClassicDashboard(library, out).panel_parts(model, out.new_panel());
}

namespace {

/// "job, level": names of labels that become tags.
void gather_tag_keys(const Value& value, Gatherer& out) {
  const Excerpt list = value.excerpt();
  const std::string& text = list.text();
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    size_t from = begin;
    size_t to = end;
    while (from < to && text[from] == ' ') ++from;
    while (to > from && text[to - 1] == ' ') --to;
    auto one = list.decode(static_cast<uint32_t>(from), static_cast<uint32_t>(to), Encoding::plain);
    if (one && from < to) out.add(UseKind::label_name, value, std::move(*one));
    begin = end + 1;
  }
}

}  // namespace

/// The query stands in `expr`, since Grafana 9 in `target`, in V2 in `query.spec` (V2 beta) or
/// `legacyOptions`; what reads it stands beside.
void gather_annotation(const Value& annotation, const Datasources& datasources, Gatherer& out) {
  TitledPart part(out, fmt::format("annotation {}", annotation["name"].text()));
  const Value v2 = annotation["query"];
  const Value holders[] = {annotation["target"], v2["spec"], annotation,
                           annotation["legacyOptions"]};
  QuerySource source = datasources.resolve(annotation["datasource"]);
  if (const std::string_view group = first_text(v2, {"group", "kind"});
      v2.is_map() && !group.empty())
    if (group != "DataQuery" && !annotation.has("datasource")) source = source_of_type(group);
  if (annotation["builtIn"].text() == "1" || annotation["builtIn"].is_true()) return;
  Value expr;
  for (const Value& holder : holders)
    if (!expr.exists() && !holder["expr"].text().empty()) expr = holder["expr"];
  if (!expr.exists())
    return out.pass(annotation,
                    source.kind == QuerySource::Kind::other ? source.type : kNoQueryText);
  const int32_t index = out.add_query(expr, source);
  if (index < 0) return;
  const Use query = out.document().uses[static_cast<size_t>(index)];
  out.context.belongs_to = index;
  out.context.language = query.language;
  out.context.language_is_certain = query.language_is_certain;
  for (const Value& holder : holders) {
    if (holder["tagKeys"].is_string()) gather_tag_keys(holder["tagKeys"], out);
    for (const std::string_view key : {"titleFormat", "textFormat"})
      if (holder[key].text().find("{{") != std::string_view::npos)
        out.add(UseKind::label_template, holder[key]);
  }
}

}  // namespace compiler::migrate::documents
