#include "compiler/migrate/documents/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "compiler/migrate/documents/query_text.h"

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

/// Leaves spaces and line breaks out of text[begin, end).
void trim(std::string_view text, uint32_t& begin, uint32_t& end) {
  while (begin < end && base::is_space(text[begin])) ++begin;
  while (end > begin && base::is_space(text[end - 1])) --end;
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
  void filter_logs(AdHocFilter filter);
  void group_by();
  void value(const Value& at, Excerpt text);
  bool is_part_of_query(const Value& at, const Excerpt& text);
  void stored(const Value& value);

  const VariableParts& variable_;
  Gatherer& out_;
  VariableDef def_;
};

void VariableGatherer::value(const Value& at, Excerpt text) {
  if (text.text().empty() || is_all(text.text())) return;
  def_.values.push_back(text.text());
  if (def_.label.empty() && is_part_of_query(at, text)) return;
  Use& use = out_.add(UseKind::value, at, std::move(text));
  use.label = def_.label;
  use.name = def_.name;
}

/// An option may be more than a value: a whole query, or matchers and stages to be put into one.
/// Reads it then.
bool VariableGatherer::is_part_of_query(const Value& at, const Excerpt& text) {
  const QuerySource unknown{.kind = QuerySource::Kind::unknown};
  if (!find_selectors(text.text()).empty()) return out_.add_query(at, text, unknown) >= 0;
  if (!has_matcher(text.text())) return false;
  out_.unrecognised(at, "an option of a variable that holds a matcher");
  return true;
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
    def_.regex = regex.text();
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
  if (kind == QuerySource::Kind::other) return out_.pass(variable_.fields, variable_.source.type);
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
      filter_logs({key, std::string(filter["operator"].text()), use.text.text()});
    }
}

void VariableGatherer::filter_logs(AdHocFilter filter) {
  auto& scopes = out_.document().scopes;
  const auto scope = static_cast<size_t>(out_.context.scope);
  if (out_.context.language == Language::logql && scope < scopes.size())
    scopes[scope].filters.push_back(std::move(filter));
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

namespace {

struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
};

Range trimmed(std::string_view text, uint32_t begin, uint32_t end) {
  trim(text, begin, end);
  return {begin, end};
}

/// What is between the parentheses of `function(...)` when that is the whole text.
std::optional<Range> arguments(std::string_view text, std::string_view function) {
  const Range all = trimmed(text, 0, text.size());
  const std::string_view call = text.substr(all.begin, all.end - all.begin);
  if (!call.starts_with(function) || !call.ends_with(')')) return std::nullopt;
  const size_t open = text.find_first_not_of(' ', all.begin + function.size());
  if (open >= all.end || text[open] != '(') return std::nullopt;
  return trimmed(text, open + 1, all.end - 1);
}

/// The last comma that is in no braces, brackets, parentheses or quotes.
size_t last_comma(std::string_view text, Range in) {
  size_t found = std::string_view::npos;
  int depth = 0;
  char quote = '\0';
  for (size_t at = in.begin; at < in.end; ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == '\\' && quote != '`')
        ++at;
      else if (c == quote)
        quote = '\0';
      continue;
    }
    if (c == '"' || c == '\'' || c == '`') quote = c;
    if (c == '{' || c == '(' || c == '[') ++depth;
    if (c == '}' || c == ')' || c == ']') --depth;
    if (c == ',' && depth == 0) found = at;
  }
  return found;
}

class VariableQueryReader {
 public:
  VariableQueryReader(const QuerySource& source, std::string_view name, Gatherer& out)
      : source_(source), name_(name), out_(out) {}

  VariableQuery read(const Value& query);

 private:
  void text(const Value& query);
  void label_values(const Value& query, const Excerpt& text, Range inside);
  void loki_object(const Value& query);
  void decide_language(std::string_view text);
  void add(UseKind kind, const Value& at, Excerpt text);

  const QuerySource& source_;
  std::string_view name_;
  Gatherer& out_;
  VariableQuery found_;
};

void VariableQueryReader::decide_language(std::string_view text) {
  found_.is_certain =
      source_.kind == QuerySource::Kind::loki || source_.kind == QuerySource::Kind::prometheus;
  found_.language =
      source_.kind == QuerySource::Kind::prometheus ? Language::promql : Language::logql;
  if (!found_.is_certain && shape_of(text) == QueryShape::promql)
    found_.language = Language::promql;
}

void VariableQueryReader::add(UseKind kind, const Value& at, Excerpt text) {
  if (text.text().empty()) return;
  Use& use = out_.add(kind, at, std::move(text));
  use.language = found_.language;
  use.language_is_certain = found_.is_certain;
  use.name = name_;
}

/// label_values(label), label_values({...}, label), label_values(series{...}, label)
void VariableQueryReader::label_values(const Value& query, const Excerpt& text, Range inside) {
  const size_t comma = last_comma(text.text(), inside);
  Range label = inside;
  if (comma != std::string_view::npos) {
    const Range of = trimmed(text.text(), inside.begin, comma);
    label = trimmed(text.text(), comma + 1, inside.end);
    if (const auto selector = text.decode(of.begin, of.end, Encoding::plain)) {
      decide_language(selector->text());
      found_.selector = selector->text();
      add(found_.language == Language::promql ? UseKind::query : UseKind::selector, query,
          *selector);
    }
  } else {
    decide_language("");
  }
  const auto name = text.decode(label.begin, label.end, Encoding::plain);
  if (!name || name->text().empty()) return;
  found_.label = name->text();
  add(UseKind::label_name, query, *name);
}

void VariableQueryReader::text(const Value& query) {
  const Excerpt text = query.excerpt();
  decide_language(text.text());
  if (const auto inside = arguments(text.text(), "label_values"))
    return label_values(query, text, *inside);
  if (arguments(text.text(), "label_names") || arguments(text.text(), "metrics")) return;
  auto inside = arguments(text.text(), "query_result");
  if (!inside) inside = trimmed(text.text(), 0, text.text().size());
  auto inner = text.decode(inside->begin, inside->end, Encoding::plain);
  if (!inner || inner->text().empty()) return;
  const bool is_variable = !variable_name(inner->text()).empty();
  if (shape_of(inner->text()) == QueryShape::unclear && !is_variable)
    return out_.unrecognised(query, "a variable's query that uses no known function");
  add(UseKind::query, query, std::move(*inner));
}

/// {"type": 1, "label": "component", "stream": "{job=\"kairos\"}"}; type 0 lists names of labels.
void VariableQueryReader::loki_object(const Value& query) {
  decide_language("");
  const Value stream = query["stream"];
  const Value label = query["label"];
  found_.selector = stream.text();
  found_.label = label.text();
  if (stream.is_string()) add(UseKind::selector, stream, stream.excerpt());
  if (label.is_string()) add(UseKind::label_name, label, label.excerpt());
}

VariableQuery VariableQueryReader::read(const Value& query) {
  if (source_.kind == QuerySource::Kind::other || source_.kind == QuerySource::Kind::computed) {
    out_.pass(query, source_.type);
    found_.is_passed = true;
    return found_;
  }
  if (query.is_string())
    text(query);
  else if (query["query"].is_string())
    text(query["query"]);
  else if (query["expr"].is_string())
    text(query["expr"]);
  else if (query.has("label") || query.has("stream") || query.has("type"))
    loki_object(query);
  else if (query.begin() != query.end())
    out_.unrecognised(query, "a variable's query in an unknown shape");
  return found_;
}

}  // namespace

VariableQuery gather_variable_query(const Value& query, const QuerySource& source,
                                    std::string_view name, Gatherer& out) {
  return VariableQueryReader(source, name, out).read(query);
}

}  // namespace compiler::migrate::documents
