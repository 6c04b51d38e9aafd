#include "compiler/migrate/documents/panel_parts.h"

#include "compiler/migrate/documents/field_paths.h"
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
    return out.pass(is_known ? source.type : "no query text");
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

void gather_field_config(const Value& config, Gatherer& out) {
  gather_links(config["defaults"]["links"], out);
  gather_field_reference(config["defaults"]["displayName"], out);
  for (const Value override_ : config["overrides"]) {
    gather_matcher(override_["matcher"], out);
    for (const Value property : override_["properties"]) {
      const std::string_view id = property["id"].text();
      if (id == "links") gather_links(property["value"], out);
      if (id == "displayName") gather_field_reference(property["value"], out);
    }
  }
}

}  // namespace compiler::migrate::documents
