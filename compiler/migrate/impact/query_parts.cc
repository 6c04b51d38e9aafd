#include "compiler/migrate/impact/query_parts.h"

namespace compiler::migrate::impact {
namespace {

class PartsWalker {
 public:
  Parts take() { return std::move(parts_); }

  void walk(const logql::Expr& expr) {
    const logql::Expr* outer = at_;
    at_ = &expr;
    std::visit([this](const auto& what) { (*this)(what); }, expr.what);
    at_ = outer;
  }

  void operator()(const logql::LogQuery& query) { add(query, nullptr); }
  void operator()(const logql::RangeAggregation& range) {
    add(range.query, at_);
    if (range.grouping) add(*range.grouping);
  }
  void operator()(const logql::VectorAggregation& aggregation) {
    if (aggregation.grouping) add(*aggregation.grouping);
    walk(*aggregation.operand);
  }
  void operator()(const logql::LabelReplace& replace) {
    parts_.replacements.push_back(&replace);
    use(replace.source, {.alone = true});
    use(replace.destination, {.alone = true});
    walk(*replace.operand);
  }
  void operator()(const logql::Binary& binary) {
    walk(*binary.left);
    if (binary.matching) add(*binary.matching);
    walk(*binary.right);
  }
  void operator()(const logql::Paren& paren) { walk(*paren.inner); }
  void operator()(const logql::Variants& variants) {
    for (const auto& expr : variants.expressions) walk(*expr);
    add(variants.query, nullptr);
  }
  void operator()(const logql::Number&) {}
  void operator()(const logql::VectorLiteral&) {}
  void operator()(const logql::ExprVariable&) {}

 private:
  void add(const logql::LogQuery& query, const logql::Expr* range) {
    parts_.queries.push_back(&query);
    parts_.ranges.push_back(range);
    for (const auto& matcher : query.selector.matchers) {
      use(matcher.name, {.alone = true});
      use(matcher.value,
          {.alone = matcher.op != logql::MatchOp::regex && matcher.op != logql::MatchOp::not_regex,
           .excludes = matcher.op == logql::MatchOp::not_regex});
    }
    for (const auto& stage : query.stages) {
      if (const auto* filter = std::get_if<logql::LabelFilter>(&stage.what)) {
        each_comparison(*filter, [&](const logql::LabelFilter& one) {
          use(one.name, {.alone = true});
          use(one.value,
              {.alone = one.op != logql::CompareOp::regex && one.op != logql::CompareOp::not_regex,
               .excludes = one.op == logql::CompareOp::not_regex});
        });
      }
      use_in(stage);
    }
  }
  /// Names of labels, and templates, which may name some.
  void use_in(const logql::Stage& stage) {
    constexpr VariableUse kOne{.alone = true};
    if (const auto* unwrap = std::get_if<logql::Unwrap>(&stage.what)) use(unwrap->label, kOne);
    if (const auto* line = std::get_if<logql::LineFormat>(&stage.what)) use(line->pattern, kOne);
    if (const auto* format = std::get_if<logql::LabelFormat>(&stage.what)) {
      for (const auto& one : format->assignments) {
        use(one.label, kOne);
        use(one.value, kOne);
      }
    }
    if (const auto* list = std::get_if<logql::LabelList>(&stage.what))
      for (const auto& item : list->items) use(item.name, kOne);
    if (const auto* parser = std::get_if<logql::Parser>(&stage.what))
      for (const auto& one : parser->extractions) use(one.label, kOne);
  }
  void add(const logql::Grouping& grouping) {
    parts_.groupings.push_back({&grouping, at_});
    for (const auto& label : grouping.labels) use(label, {.alone = true});
  }
  void use(const logql::Text& text, VariableUse used) {
    for (const auto& variable : text.variables) {
      VariableUse& known = parts_.variables[variable.name];
      known.alone = known.alone || used.alone;
      known.excludes = known.excludes || used.excludes;
    }
  }

  Parts parts_;
  const logql::Expr* at_ = nullptr;
};

}  // namespace

Parts parts_of(const logql::Expr& expr) {
  PartsWalker walker;
  walker.walk(expr);
  return walker.take();
}

void each_comparison(const logql::LabelFilter& filter,
                     const std::function<void(const logql::LabelFilter&)>& visit) {
  if (filter.kind == logql::LabelFilter::Kind::compare) visit(filter);
  for (const auto& part : filter.parts) each_comparison(part, visit);
}

}  // namespace compiler::migrate::impact
