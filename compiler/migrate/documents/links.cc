#include "compiler/migrate/documents/links.h"

#include <algorithm>

namespace compiler::migrate::documents {

namespace {

using Scopes = std::vector<VariableScope>;

/// A parameter of a URL's query string, by its place in the text around.
struct Parameter {
  std::string_view name;
  uint32_t begin = 0;  ///< of the value
  uint32_t end = 0;
};

/// Ends a URL in running text. Brackets that Markdown puts around one end it only when unbalanced:
/// old links hold JSON that was never encoded.
size_t url_end(std::string_view text, size_t at) {
  int depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' && depth > 0) in_string = !in_string;
    if (c == '\\' && in_string) ++at;
    if (in_string) continue;
    if (c == '{' || c == '[' || c == '(') ++depth;
    if ((c == '}' || c == ']' || c == ')') && --depth < 0) return at;
    if (depth == 0 && std::string_view(" \t\r\n\"'<>`").find(c) != std::string_view::npos)
      return at;
  }
  return text.size();
}

/// Splits at &, but not within strings of JSON that was left as it is.
std::vector<Parameter> parameters(std::string_view text, size_t begin, size_t end) {
  std::vector<Parameter> out;
  bool in_string = false;
  size_t start = begin;
  for (size_t at = begin; at <= end; ++at) {
    if (at < end && text[at] == '"') in_string = !in_string;
    if (at < end && text[at] == '\\') ++at;
    if (at < end && (text[at] != '&' || in_string)) continue;
    const std::string_view one = text.substr(start, std::min(at, end) - start);
    const size_t equal = one.find('=');
    if (equal != std::string_view::npos)
      out.push_back({one.substr(0, equal), static_cast<uint32_t>(start + equal + 1),
                     static_cast<uint32_t>(std::min(at, end))});
    start = at + 1;
  }
  return out;
}

void gather_explore_queries(const Value& pane, const Value& link, const Datasources& datasources,
                            Gatherer& out);

/// {"datasource": "loki", "queries": [...]}, or the older ["now-1h", "now", "Loki", {"expr": ...}].
void gather_pane(const Value& pane, const Value& link, Gatherer& out) {
  const Datasources datasources(out.catalog());
  if (pane.is_map()) return gather_explore_queries(pane, link, datasources, out);
  QuerySource source;
  size_t texts = 0;
  for (const Value item : pane) {
    if (item.is_string() && ++texts == 3) source = datasources.by_name(item.text());
    if (!item["expr"].is_string()) continue;
    out.add_query(link, item["expr"].excerpt(), source);
  }
}

void gather_explore_queries(const Value& pane, const Value& link, const Datasources& datasources,
                            Gatherer& out) {
  const QuerySource standard = datasources.resolve(pane["datasource"]);
  for (const Value query : pane["queries"]) {
    const Value expr = query["expr"];
    if (!expr.is_string()) continue;
    const QuerySource own =
        query.has("datasource") ? datasources.resolve(query["datasource"]) : standard;
    TitledPart part(out, query["refId"].text());
    out.add_query(link, expr.excerpt(), own);
  }
}

/// The value of `left`, `right` or `panes`. True when it could be read.
bool gather_explore(const Value& link, const Excerpt& text, const Parameter& parameter,
                    Gatherer& out) {
  const auto decoded = text.decode(parameter.begin, parameter.end, Encoding::url_query);
  if (!decoded) return false;
  auto tree = read_json(*decoded);
  // JSON that was not encoded may hold a + or a % that means itself.
  if (!tree)
    if (const auto plain = text.decode(parameter.begin, parameter.end, Encoding::plain))
      tree = read_json(*plain);
  if (!tree) return false;
  TitledPart part(out, "Explore");
  out.context.panel = -1;
  const Value root = tree->root();
  if (parameter.name != "panes") {
    gather_pane(root, link, out);
    return true;
  }
  for (const Value pane : root) gather_pane(pane, link, out);
  return true;
}

/// var-x=value: a value that another dashboard's variable gets. Which label it is of, this
/// dashboard's variable of the same name tells; without one the name itself is the best guess.
void gather_variable_value(const Value& link, const Excerpt& text, const Parameter& parameter,
                           Gatherer& out) {
  auto decoded = text.decode(parameter.begin, parameter.end, Encoding::url_query);
  if (!decoded || decoded->text().empty()) return;
  if (decoded->text().find_first_of("${") != std::string::npos) return;
  const std::string name(parameter.name.substr(4));
  Use& use = out.add(UseKind::value, link, std::move(*decoded));
  use.name = name;
  use.label = name;
  use.language_is_certain = false;
  use.belongs_to = -1;
  const Scopes& scopes = out.document().scopes;
  if (use.scope < 0) return;
  const auto& variables = scopes[static_cast<size_t>(use.scope)].variables;
  const auto found = variables.find(name);
  if (found != variables.end() && !found->second.label.empty()) use.label = found->second.label;
}

}  // namespace

void gather_links_in(const Value& value, const Excerpt& text, Gatherer& out) {
  const std::string_view all = text.text();
  for (size_t question = all.find('?'); question != std::string_view::npos;) {
    const std::string_view before = all.substr(0, question);
    const bool is_explore = before.ends_with("/explore") || before == "explore";
    const bool is_dashboard = before.find("d/") != std::string_view::npos ||
                              before.find("dashboard") != std::string_view::npos || before.empty();
    const size_t end = is_explore || is_dashboard ? url_end(all, question + 1) : question + 1;
    for (const Parameter& one : parameters(all, question + 1, end)) {
      const bool is_pane = one.name == "left" || one.name == "right" || one.name == "panes";
      if (is_explore && is_pane && !gather_explore(value, text, one, out))
        out.unrecognised_at(text.in_file(one.begin), out.context.prefix + value.pointer(),
                            "an Explore link whose queries cannot be read");
      if (is_dashboard && one.name.starts_with("var-"))
        gather_variable_value(value, text, one, out);
    }
    question = all.find('?', end);
  }
}

void gather_field_reference(const Value& value, Gatherer& out) {
  const std::string_view text = value.text();
  if (text.find("__field.labels") != std::string_view::npos ||
      text.find("__data.fields") != std::string_view::npos)
    out.add(UseKind::field_reference, value);
}

void gather_link(const Value& link, Gatherer& out) {
  gather_field_reference(link["url"], out);
  gather_field_reference(link["title"], out);
  if (link["url"].is_string()) gather_links_in(link["url"], link["url"].excerpt(), out);
  // A correlation or an internal data link holds its query instead of a URL.
  const Value query = link["internal"]["query"];
  if (!query["expr"].is_string()) return;
  const Datasources datasources(out.catalog());
  out.add_query(query["expr"], datasources.by_name(link["internal"]["datasourceUid"].text()));
}

void gather_links(const Value& list, Gatherer& out) {
  for (const Value link : list) gather_link(link, out);
}

}  // namespace compiler::migrate::documents
