#include "compiler/migrate/documents/variable_query.h"

#include <algorithm>
#include <optional>

#include "compiler/migrate/documents/query_text.h"

namespace compiler::migrate::documents {

namespace {

struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
};

Range trimmed(std::string_view text, size_t begin, size_t end) {
  const auto is_space = [&](size_t at) {
    return std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos;
  };
  while (begin < end && is_space(begin)) ++begin;
  while (end > begin && is_space(end - 1)) --end;
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

/// What stands between the parentheses of `function(...)` when that is the whole text.
std::optional<Range> arguments(std::string_view text, std::string_view function) {
  const Range all = trimmed(text, 0, text.size());
  const std::string_view call = text.substr(all.begin, all.end - all.begin);
  if (!call.starts_with(function) || !call.ends_with(')')) return std::nullopt;
  const size_t open = text.find_first_not_of(' ', all.begin + function.size());
  if (open >= all.end || text[open] != '(') return std::nullopt;
  return trimmed(text, open + 1, all.end - 1);
}

/// The last comma that stands in no braces, brackets, parentheses or quotes.
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
    out_.pass(source_.type);
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
