#include "compiler/migrate/verify/countable.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "logql/parser.h"

namespace compiler::migrate::verify {
namespace {

using logql::MatchOp;
using logql::Text;

/// The first variable of a stage, as it is written; an overload for each of the variant's types.
struct VariableOf {
  std::string operator()(const Text& text) const {
    return text.variables.empty() ? "" : text.variables.front().written;
  }
  template <class... Texts>
  std::string first(const Texts&... texts) const {
    std::string found;
    (void)((found = (*this)(texts), !found.empty()) || ...);
    return found;
  }
  template <class Items, class Look>
  std::string any(const Items& items, const Look& look) const {
    for (const auto& item : items)
      if (std::string found = look(item); !found.empty()) return found;
    return "";
  }

  std::string operator()(const logql::LineFilter& filter) const {
    return any(filter.choices, [&](const auto& choice) { return first(choice.text); });
  }
  std::string operator()(const logql::Parser& parser) const {
    const std::string found = first(parser.pattern);
    if (!found.empty()) return found;
    return any(parser.extractions,
               [&](const auto& item) { return first(item.label, item.expression); });
  }
  std::string operator()(const logql::LabelFilter& filter) const {
    const std::string found = first(filter.name, filter.value);
    if (!found.empty()) return found;
    return any(filter.parts, [&](const logql::LabelFilter& part) { return (*this)(part); });
  }
  std::string operator()(const logql::LineFormat& format) const { return first(format.pattern); }
  std::string operator()(const logql::LabelFormat& format) const {
    return any(format.assignments, [&](const auto& item) { return first(item.label, item.value); });
  }
  std::string operator()(const logql::Decolorize&) const { return ""; }
  std::string operator()(const logql::LabelList& list) const {
    return any(list.items, [&](const auto& item) {
      return item.matcher ? first(item.matcher->name, item.matcher->value) : first(item.name);
    });
  }
  std::string operator()(const logql::Unwrap&) const { return ""; }
  std::string operator()(const logql::StageVariable& stage) const { return stage.variable.written; }
};

/// The value as a regular expression with .+ for each variable.
std::string pattern_of(const Text& value, bool is_regex) {
  std::string pattern;
  size_t at = 0;
  const auto literal = [&](size_t end) {
    const std::string_view text = std::string_view(value.value).substr(at, end - at);
    pattern += is_regex ? std::string(text) : re2::RE2::QuoteMeta({text.data(), text.size()});
  };
  for (const logql::Variable& variable : value.variables) {
    literal(variable.in_value);
    pattern += ".+";
    at = variable.in_value + variable.written.size();
  }
  literal(value.value.size());
  return pattern;
}

class Taker {
 public:
  Countable take() { return std::move(out_); }

  void take(const logql::Expr& expr) {
    std::visit([this](const auto& what) { from(what); }, expr.what);
  }
  void from(const logql::LogQuery& query) {
    logql::LogQuery copy = query;
    if (!substitute(copy.selector)) return;
    const auto unwrap = std::find_if(copy.stages.begin(), copy.stages.end(), [](const auto& stage) {
      return std::holds_alternative<logql::Unwrap>(stage.what);
    });
    copy.stages.erase(unwrap, copy.stages.end());
    for (const logql::Stage& stage : copy.stages) {
      const std::string variable = std::visit(VariableOf(), stage.what);
      if (!variable.empty())
        return refuse("{} is used in a filter, where no single value can replace it", variable);
    }
    LineQuery line{logql::print(copy.selector), {}, false};
    line.parses = std::any_of(copy.stages.begin(), copy.stages.end(), [](const auto& stage) {
      return !std::holds_alternative<logql::LineFilter>(stage.what);
    });
    logql::Expr whole;
    whole.what = std::move(copy);
    line.query = logql::print(whole);
    if (std::find(out_.queries.begin(), out_.queries.end(), line) == out_.queries.end())
      out_.queries.push_back(std::move(line));
  }

 private:
  template <class... Args>
  void refuse(fmt::format_string<Args...> format, Args&&... args) {
    if (out_.refused.empty()) out_.refused = fmt::format(format, std::forward<Args>(args)...);
  }

  void from(const logql::RangeAggregation& range) { from(range.query); }
  void from(const logql::VectorAggregation& vector) { take(*vector.operand); }
  void from(const logql::LabelReplace& replace) { take(*replace.operand); }
  void from(const logql::Binary& binary) {
    take(*binary.left);
    take(*binary.right);
  }
  void from(const logql::Number&) {}
  void from(const logql::VectorLiteral&) {}
  void from(const logql::Paren& paren) { take(*paren.inner); }
  void from(const logql::Variants& variants) { from(variants.query); }
  void from(const logql::ExprVariable& expr) {
    refuse("{} stands for a whole expression", expr.variable.written);
  }

  bool substitute(logql::Selector& selector) {
    if (!selector.variables.empty()) {
      refuse("{} stands for matchers", selector.variables.front().written);
      return false;
    }
    for (logql::Matcher& matcher : selector.matchers)
      if (!substitute(matcher)) return false;
    return true;
  }

  bool substitute(logql::Matcher& matcher) {
    if (!matcher.name.variables.empty()) {
      refuse("{} stands for a label's name", matcher.name.variables.front().written);
      return false;
    }
    if (matcher.value.variables.empty()) return true;
    if (matcher.op == MatchOp::not_equal || matcher.op == MatchOp::not_regex) {
      refuse("{} is used in a negative matcher, where no single value can replace it",
             matcher.value.variables.front().written);
      return false;
    }
    for (const logql::Variable& variable : matcher.value.variables) {
      std::string said = fmt::format("{} is assumed to be .+", variable.written);
      if (std::find(out_.assumed.begin(), out_.assumed.end(), said) == out_.assumed.end())
        out_.assumed.push_back(std::move(said));
    }
    matcher.value.value = pattern_of(matcher.value, matcher.op == MatchOp::regex);
    matcher.value.variables.clear();
    matcher.value.quotes = logql::Quotes::double_quotes;
    matcher.op = MatchOp::regex;
    return true;
  }

  Countable out_;
};

}  // namespace

Countable countable(std::string_view expression) {
  Taker taker;
  const logql::Parsed parsed = logql::parse(expression);
  if (!parsed.ok()) {
    Countable refused;
    refused.refused = "it is not LogQL: " + parsed.errors.front().message;
    return refused;
  }
  taker.take(*parsed.expr);
  Countable out = taker.take();
  if (out.queries.empty() && out.refused.empty()) out.refused = "it asks for no lines";
  if (!out.refused.empty()) out.queries.clear();
  return out;
}

}  // namespace compiler::migrate::verify
