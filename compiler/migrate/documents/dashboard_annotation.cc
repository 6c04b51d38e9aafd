#include <fmt/format.h>

#include "compiler/migrate/documents/dashboard.h"

namespace compiler::migrate::documents {

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
    return out.pass(source.kind == QuerySource::Kind::other ? source.type : "no query text");
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
