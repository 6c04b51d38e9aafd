#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "logql/parser.h"
#include "logql/printer.h"
#include "logql/promql.h"
#include "logql/words.h"

namespace {

void inside(logql::Span span, std::string_view query) {
  ENSURE(span.begin <= span.end && span.end <= query.size());
}

/// Variables stand in the value as in the query.
void check_text(const logql::Text& text, std::string_view query) {
  inside(text.span, query);
  for (const logql::Variable& variable : text.variables) {
    inside(variable.span, query);
    ENSURE(query.substr(variable.span.begin, variable.written.size()) == variable.written);
    ENSURE(text.value.substr(variable.in_value, variable.written.size()) == variable.written);
  }
}

void check_selector(const logql::Selector& selector, std::string_view query) {
  inside(selector.span, query);
  for (const logql::Matcher& matcher : selector.matchers) {
    inside(matcher.span, query);
    check_text(matcher.name, query);
    check_text(matcher.value, query);
  }
}

/// What is printed reads back as the same tree and prints as itself.
void check_logql(std::string_view query) {
  const logql::Parsed parsed = logql::parse(query);
  if (!parsed.ok()) {
    ENSURE(parsed.errors.size() == 1);
    inside(parsed.errors[0].span, query);
    return;
  }
  const std::string printed = logql::print(*parsed.expr);
  const logql::Parsed again = logql::parse(printed);
  ENSURE(again.ok());
  ENSURE(logql::dump(*again.expr) == logql::dump(*parsed.expr));
  ENSURE(logql::print(*again.expr) == printed);
  inside(parsed.expr->span, query);
  if (const auto* lines = std::get_if<logql::LogQuery>(&parsed.expr->what)) {
    check_selector(lines->selector, query);
  }
}

void check_bare_selector(std::string_view text) {
  const logql::ParsedSelector parsed = logql::parse_selector(text);
  if (!parsed.ok()) return;
  check_selector(parsed.selector, text);
  const logql::ParsedSelector again = logql::parse_selector(logql::print(parsed.selector));
  ENSURE(again.ok());
  ENSURE(logql::dump(again.selector) == logql::dump(parsed.selector));
}

void check_promql(std::string_view query) {
  const logql::promql::Query parsed = logql::promql::parse(query);
  for (const logql::promql::VectorSelector& selector : parsed.selectors) {
    inside(selector.span, query);
    check_text(selector.name, query);
  }
  for (const logql::promql::LabelUse& use : parsed.label_uses) {
    check_text(use.label, query);
    for (const size_t index : use.selectors) ENSURE(index < parsed.selectors.size());
  }
}

/// Any text without variables survives its quotes.
void check_quotes(std::string_view text) {
  const std::string quoted = logql::quote(text);
  logql::Text back;
  ENSURE(!logql::unquote(quoted, 0, back));
  ENSURE(back.value == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_logql(text);
  check_bare_selector(text);
  check_promql(text);
  check_quotes(text);
  return 0;
}
