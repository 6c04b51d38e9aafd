#include "compiler/migrate/documents/gatherer.h"

#include <algorithm>

#include "compiler/migrate/documents/query_text.h"

namespace compiler::migrate::documents {

Gatherer::Gatherer(Document& document, const Catalog& catalog)
    : document_(document), catalog_(catalog), line_starts_{0} {
  const std::string_view text = document.text;
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    line_starts_.push_back(static_cast<uint32_t>(at + 1));
}

Gatherer::Place Gatherer::place(uint32_t at) const {
  const auto line = std::upper_bound(line_starts_.begin(), line_starts_.end(), at);
  return {static_cast<uint32_t>(line - line_starts_.begin()), at - *(line - 1) + 1};
}

Use& Gatherer::add(UseKind kind, const Value& value, Excerpt text) {
  const Place where = place(text.in_file(0));
  Use& use = document_.uses.emplace_back();
  use.kind = kind;
  use.language = context.language;
  use.language_is_certain = context.language_is_certain;
  use.is_alert = context.is_alert;
  use.text = std::move(text);
  use.line = where.line;
  use.column = where.column;
  use.pointer = context.prefix + value.pointer();
  read_at_.insert(use.text.in_file(0));
  use.title = context.title;
  use.belongs_to = context.belongs_to;
  use.scope = context.scope;
  use.panel = context.panel;
  use.matchers = context.matchers;
  return use;
}

void Gatherer::unrecognised(const Value& value, std::string what) {
  unrecognised_at(value.in_file(), context.prefix + value.pointer(), std::move(what));
}

void Gatherer::unrecognised_at(uint32_t at, std::string pointer, std::string what) {
  const Place where = place(at);
  taken_.insert(pointer);
  document_.unrecognised.push_back(
      {where.line, where.column, std::move(pointer), context.title, std::move(what)});
}

void Gatherer::pass(const Value& value, const std::string& why) {
  ++document_.passed[why];
  // Where a query was expected and is not, it may be in a place that is not known.
  if (why != kNoQueryText) taken_.insert(context.prefix + value.pointer());
}

bool Gatherer::is_taken(const Value& value, const Excerpt& text) const {
  // A text may be read in part, or through an alias: its place in the file says so.
  const auto size = static_cast<uint32_t>(text.text().size());
  const uint32_t begin = text.in_file(0);
  const auto read = read_at_.lower_bound(begin);
  if (read != read_at_.end() && (*read == begin || *read < text.in_file(size))) return true;
  std::string pointer = context.prefix + value.pointer();
  if (taken_.contains(pointer)) return true;
  const auto within = taken_.lower_bound(pointer + '/');
  if (within != taken_.end() && within->starts_with(pointer + '/')) return true;
  for (size_t end; (end = pointer.rfind('/')) != std::string::npos;) {
    pointer.resize(end);
    if (taken_.contains(pointer)) return true;
  }
  return false;
}

int32_t Gatherer::begin_matchers(int32_t outer) {
  document_.matchers.push_back({.outer = outer});
  context.matchers = static_cast<int32_t>(document_.matchers.size() - 1);
  return context.matchers;
}

int32_t Gatherer::add_query(const Value& value, const QuerySource& source) {
  return add_query(value, value.excerpt(), source);
}

int32_t Gatherer::add_query(const Value& value, Excerpt text, const QuerySource& source) {
  const bool is_known =
      source.kind == QuerySource::Kind::loki || source.kind == QuerySource::Kind::prometheus;
  if (source.kind == QuerySource::Kind::other || source.kind == QuerySource::Kind::computed) {
    pass(value, source.type);
    return -1;
  }
  if (text.text().find_first_not_of(" \t\r\n") == std::string::npos) {
    pass(value, kNoQueryText);
    return -1;
  }
  bool is_promql = source.kind == QuerySource::Kind::prometheus;
  if (!is_known) is_promql = shape_of(text.text()) == QueryShape::promql;
  Use& use = add(UseKind::query, value, std::move(text));
  use.language = is_promql ? Language::promql : Language::logql;
  use.language_is_certain = is_known;
  return static_cast<int32_t>(document_.uses.size() - 1);
}

std::string_view first_text(const Value& map, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const std::string_view text = map[key].text(); !text.empty()) return text;
  return {};
}

}  // namespace compiler::migrate::documents
