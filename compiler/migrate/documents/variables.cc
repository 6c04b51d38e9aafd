#include "compiler/migrate/documents/variables.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/migrate/documents/variable_query.h"

namespace compiler::migrate::documents {

namespace {

VariableDef definition_of(const VariableParts& variable) {
  const Value& fields = variable.fields;
  VariableDef out;
  out.name = fields["name"].text();
  out.type = variable.type;
  out.multi = fields["multi"].is_true();
  out.include_all = fields["includeAll"].is_true();
  out.all_value = fields["allValue"].text();
  return out;
}

bool is_all(std::string_view text) {
  return text == "$__all" || text == "All";
}

void trim(const std::string& text, uint32_t& begin, uint32_t& end) {
  const auto is_space = [&](uint32_t at) {
    return std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos;
  };
  while (begin < end && is_space(begin)) ++begin;
  while (end > begin && is_space(end - 1)) --end;
}

class VariableGatherer {
 public:
  VariableGatherer(const VariableParts& variable, Gatherer& out)
      : variable_(variable), out_(out), def_(definition_of(variable)) {}
  void gather();

 private:
  void query_variable();
  void listed_values();
  void current_values();
  void ad_hoc();
  void group_by();
  void value(const Value& at, Excerpt text);
  void stored(const Value& value);

  const VariableParts& variable_;
  Gatherer& out_;
  VariableDef def_;
};

void VariableGatherer::value(const Value& at, Excerpt text) {
  if (text.text().empty() || is_all(text.text())) return;
  def_.values.push_back(text.text());
  Use& use = out_.add(UseKind::value, at, std::move(text));
  use.label = def_.label;
  use.name = def_.name;
}

void VariableGatherer::stored(const Value& value_) {
  if (value_.is_string() && variable_name(value_.text()).empty()) value(value_, value_.excerpt());
  for (const Value item : value_) stored(item);
}

void VariableGatherer::current_values() {
  const Value current = variable_.fields["current"];
  stored(current.is_map() ? current["value"] : current);
}

void VariableGatherer::query_variable() {
  const VariableQuery found =
      gather_variable_query(variable_.query, variable_.source, def_.name, out_);
  def_.label = found.label;
  def_.query_selector = found.selector;
  out_.context.language = found.language;
  out_.context.language_is_certain = found.is_certain;
  const Value definition = variable_.fields["definition"];
  if (definition.is_string() && definition.text().find('(') != std::string_view::npos)
    gather_variable_query(definition, variable_.source, def_.name, out_);
  if (found.is_passed) return;
  const Value regex = variable_.fields["regex"];
  if (!regex.text().empty()) {
    Use& use = out_.add(UseKind::value_regex, regex);
    use.label = def_.label;
    use.name = def_.name;
  }
  if (!def_.label.empty()) current_values();
}

/// custom: "a, b : c"; the part before a colon is only shown. A comma may be escaped.
void VariableGatherer::listed_values() {
  const Excerpt list = variable_.query.excerpt();
  const std::string& text = list.text();
  uint32_t begin = 0;
  for (uint32_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && (text[at] != ',' || (at > 0 && text[at - 1] == '\\'))) continue;
    uint32_t from = begin;
    uint32_t to = at;
    const size_t colon = text.find(" : ", from);
    if (colon != std::string::npos && colon < to) from = static_cast<uint32_t>(colon + 3);
    trim(text, from, to);
    if (auto one = list.decode(from, to, Encoding::plain)) value(variable_.query, std::move(*one));
    begin = at + 1;
  }
  if (def_.values.empty())
    for (const Value option : variable_.fields["options"]) stored(option["value"]);
  def_.values_are_all = true;
}

void VariableGatherer::ad_hoc() {
  const auto kind = variable_.source.kind;
  if (kind == QuerySource::Kind::other) return out_.pass(variable_.source.type);
  out_.context.language =
      kind == QuerySource::Kind::prometheus ? Language::promql : Language::logql;
  out_.context.language_is_certain = kind != QuerySource::Kind::unknown;
  for (const std::string_view list : {"filters", "baseFilters"})
    for (const Value filter : variable_.fields[list]) {
      const std::string key(filter["key"].text());
      if (key.empty()) continue;
      out_.add(UseKind::label_name, filter["key"]).name = def_.name;
      Use& use = out_.add(UseKind::value, filter["value"]);
      use.label = key;
      use.name = def_.name;
    }
}

void VariableGatherer::group_by() {
  const auto kind = variable_.source.kind;
  out_.context.language = kind == QuerySource::Kind::loki ? Language::logql : Language::promql;
  out_.context.language_is_certain = kind != QuerySource::Kind::unknown;
  const Value current = variable_.fields["current"]["value"];
  if (current.is_string()) out_.add(UseKind::label_name, current).name = def_.name;
  for (const Value one : current)
    if (one.is_string()) out_.add(UseKind::label_name, one).name = def_.name;
}

void VariableGatherer::gather() {
  const std::string_view type = variable_.type;
  if (type == "query") {
    query_variable();
  } else if (type == "custom") {
    listed_values();
  } else if (type == "constant" || type == "textbox") {
    stored(variable_.query);
    if (def_.values.empty()) current_values();
    def_.values_are_all = type == "constant";
  } else if (type == "adhoc") {
    ad_hoc();
  } else if (type == "groupby") {
    group_by();
  } else if (type != "datasource" && type != "interval" && type != "system" && type != "snapshot" &&
             type != "switch") {
    out_.unrecognised(variable_.fields, fmt::format("a variable of an unknown type: \"{}\"", type));
  }
  auto& scopes = out_.document().scopes;
  const auto scope = static_cast<size_t>(out_.context.scope);
  if (scope < scopes.size()) scopes[scope].variables.insert_or_assign(def_.name, std::move(def_));
}

}  // namespace

VariableParts classic_variable(const Value& variable, const Datasources& datasources) {
  return {.type = variable["type"].text(),
          .fields = variable,
          .query = variable["query"],
          .source = datasources.resolve(variable["datasource"])};
}

VariableParts v2_variable(const Value& variable, const Datasources& datasources) {
  struct Kind {
    std::string_view v2, classic;
  };
  static constexpr Kind kKinds[] = {
      {"QueryVariable", "query"},       {"CustomVariable", "custom"},
      {"TextVariable", "textbox"},      {"ConstantVariable", "constant"},
      {"IntervalVariable", "interval"}, {"DatasourceVariable", "datasource"},
      {"AdhocVariable", "adhoc"},       {"GroupByVariable", "groupby"},
      {"SwitchVariable", "switch"},
  };
  VariableParts out{.type = variable["kind"].text(), .fields = variable["spec"]};
  for (const Kind& kind : kKinds)
    if (kind.v2 == variable["kind"].text()) out.type = kind.classic;
  out.query = out.fields["query"];
  const Value query = out.query;
  if (query.is_map()) {
    const std::string_view group = query["group"].text();
    const std::string_view kind = group.empty() ? query["kind"].text() : group;
    out.source =
        kind.empty() ? datasources.resolve(out.fields["datasource"]) : source_of_type(kind);
    out.query = query["spec"];
    if (out.query.has("__legacyStringValue")) out.query = out.query["__legacyStringValue"];
  } else {
    const std::string_view group = variable["group"].text();
    out.source =
        group.empty() ? datasources.resolve(out.fields["datasource"]) : source_of_type(group);
  }
  return out;
}

void gather_variable(const VariableParts& variable, Gatherer& out) {
  TitledPart part(out, fmt::format("${}", variable.fields["name"].text()));
  VariableGatherer(variable, out).gather();
}

}  // namespace compiler::migrate::documents
