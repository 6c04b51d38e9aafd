#include "components/loki/process/stages/match_selector.h"

#include <re2/re2.h>

#include <variant>

#include "logql/parser.h"
#include "river/schema/regex.h"

namespace components::loki::process::stages {
namespace {

using logql::LineFilter;
using logql::LineOp;
using logql::MatchOp;

/// Takes over what logql read; the first thing that stage.match does not have is the error.
class SelectorReader {
 public:
  base::Result<Selector> read(const logql::LogQuery& query) {
    if (query.selector.bare || !query.selector.variables.empty())
      fail(query.selector.span, "a variable cannot stand for matchers");
    if (query.selector.matchers.empty())
      fail(query.selector.span, "a selector needs at least one label");
    for (const logql::Matcher& matcher : query.selector.matchers) take(matcher);
    for (const logql::Stage& stage : query.stages)
      if (const auto* filter = std::get_if<LineFilter>(&stage.what))
        take(*filter, stage.span);
      else
        fail(stage.span, "expected a line filter: |=, !=, |~ or !~");
    if (!error_.empty()) return base::fail("{}", error_);
    return std::move(out_);
  }

 private:
  void take(const logql::Matcher& matcher) {
    if (matcher.value.quotes == logql::Quotes::none)
      return fail(matcher.value.span, "expected a quoted text");
    const bool is_regex = matcher.op == MatchOp::regex || matcher.op == MatchOp::not_regex;
    const bool negated = matcher.op == MatchOp::not_equal || matcher.op == MatchOp::not_regex;
    Condition condition{.negated = negated, .text = matcher.value.value, .regex = nullptr};
    if (is_regex) compile(condition, "^(?s:" + condition.text + ")$", matcher.value.span);
    out_.matchers.push_back({matcher.name.value, std::move(condition)});
  }

  void take(const LineFilter& filter, logql::Span span) {
    if (filter.op == LineOp::pattern || filter.op == LineOp::not_pattern)
      return fail(span, "stage.match does not have line filters by pattern");
    if (filter.choices.size() != 1) return fail(span, "stage.match does not have \"or\"");
    const auto& [text, is_ip] = filter.choices.front();
    if (is_ip) return fail(span, "stage.match does not have ip()");
    if (text.quotes == logql::Quotes::none) return fail(text.span, "expected a quoted text");
    const bool is_regex = filter.op == LineOp::regex || filter.op == LineOp::not_regex;
    const bool negated = filter.op == LineOp::not_contains || filter.op == LineOp::not_regex;
    Condition condition{.negated = negated, .text = text.value, .regex = nullptr};
    if (is_regex) compile(condition, condition.text, text.span);
    out_.line_filters.push_back(std::move(condition));
  }

  void compile(Condition& condition, const std::string& pattern, logql::Span span) {
    condition.regex = river::schema::compile_regex(pattern);
    if (!condition.regex->ok()) fail(span, "bad regex: " + condition.regex->error());
  }

  void fail(logql::Span span, std::string_view what) {
    if (error_.empty()) error_ = fmt::format("{} at character {}", what, span.begin + 1);
  }

  Selector out_;
  std::string error_;
};

}  // namespace

base::Result<Selector> parse_selector(std::string_view text) {
  const logql::Parsed parsed = logql::parse(text);
  if (!parsed.errors.empty())
    return base::fail("{} at character {}", parsed.errors.front().message,
                      parsed.errors.front().span.begin + 1);
  const auto* query = parsed.ok() ? std::get_if<logql::LogQuery>(&parsed.expr->what) : nullptr;
  if (query == nullptr) return base::fail("expected {{ at character 1");
  return SelectorReader().read(*query);
}

}  // namespace components::loki::process::stages
