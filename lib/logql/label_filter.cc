#include "logql/grammar.h"
#include "logql/words.h"

namespace logql {
namespace {

CompareOp compare_op(std::string_view op) {
  if (op == "!=") return CompareOp::not_equal;
  if (op == "=~") return CompareOp::regex;
  if (op == "!~") return CompareOp::not_regex;
  if (op == "<") return CompareOp::less;
  if (op == "<=") return CompareOp::less_or_equal;
  if (op == ">") return CompareOp::greater;
  return op == ">=" ? CompareOp::greater_or_equal : CompareOp::equal;
}

bool is_regex(CompareOp op) {
  return op == CompareOp::regex || op == CompareOp::not_regex;
}
bool is_order(CompareOp op) {
  return op >= CompareOp::less;
}

/// Joins two conditions; a condition of the same kind takes the other in.
LabelFilter join(LabelFilter::Kind kind, LabelFilter left, LabelFilter right) {
  LabelFilter result;
  result.kind = kind;
  result.span = {left.span.begin, right.span.end};
  for (LabelFilter* side : {&left, &right}) {
    if (side->kind != kind) {
      result.parts.push_back(std::move(*side));
      continue;
    }
    for (LabelFilter& part : side->parts) result.parts.push_back(std::move(part));
  }
  return result;
}

}  // namespace

/// label_filter = condition { ( "or" | "and" | "," | ) condition }
/// `and` binds tighter than `or`. A comma, or nothing at all, joins the condition before it with
/// all that follows: `a or b, c or d` is a or (b and (c or d)).
LabelFilter Grammar::label_filter(int level) {
  constexpr int kOr = 1;
  constexpr int kAnd = 2;
  const Level nested(*this);
  LabelFilter left = condition();
  while (!failed()) {
    const bool comma = at(",");
    if (comma || condition_follows()) {
      count_operator();
      if (comma) take();
      left = join(LabelFilter::Kind::all_of, std::move(left), label_filter(kOr));
    } else if (at_keyword("and") && level <= kAnd) {
      count_operator();
      take();
      left = join(LabelFilter::Kind::all_of, std::move(left), label_filter(kAnd + 1));
    } else if (at_keyword("or") && level <= kOr) {
      count_operator();
      take();
      left = join(LabelFilter::Kind::any_of, std::move(left), label_filter(kAnd));
    } else {
      return left;
    }
  }
  return left;
}

bool Grammar::condition_follows() const {
  return at("(") || (at_word() && !at_keyword("and") && !at_keyword("or") && compares(after()));
}

/// condition = "(" label_filter ")" | comparison | variable
LabelFilter Grammar::condition() {
  const uint32_t start = begin();
  if (accept("(")) {
    LabelFilter inner = label_filter();
    expect(")", "after the conditions");
    inner.span = since(start);
    return inner;
  }
  if (at_variables() && !compares(after())) {
    LabelFilter result;
    result.kind = LabelFilter::Kind::variable;
    result.name = take_text();
    result.span = since(start);
    return result;
  }
  return comparison();
}

/// comparison = label operator ( string | "ip" "(" string ")" | number | duration | bytes )
LabelFilter Grammar::comparison() {
  LabelFilter result;
  const uint32_t start = begin();
  result.name = label("the name of a label");
  if (!compares(now())) {
    fail_at_now("a comparison after the label");
    return result;
  }
  const Token op = take();
  result.op = compare_op(op.text);
  compared_value(result, op);
  result.span = since(start);
  return result;
}

void Grammar::compared_value(LabelFilter& filter, const Token& op) {
  const bool string = now().kind == Token::Kind::string;
  const bool address = at_keyword("ip") && after().text == "(";
  if (string || address) {
    filter.value_kind = string ? LabelFilter::ValueKind::string : LabelFilter::ValueKind::ip;
    if (is_order(filter.op)) {
      return fail(op.span,
                  fmt::format("{} compares numbers, durations and sizes, no strings", op.text));
    }
    if (address && is_regex(filter.op)) return fail(op.span, "ip() is compared by = or !=");
    filter.value = string ? take_text() : ip();
    return;
  }
  const uint32_t start = begin();
  const bool sign = at("-") || at("+");
  const std::string_view written = sign ? take().text : std::string_view();
  if (!at_word()) return fail_at_now("a string, a number, a duration or a size");
  filter.value = take_text();
  const Quantity kind = quantity(filter.value.value);
  if (kind == Quantity::none && filter.value.variables.empty()) {
    return fail(filter.value.span,
                fmt::format("the value must be in quotes: \"{}\"", filter.value.value));
  }
  if (is_regex(filter.op) && filter.value.variables.empty()) {
    return fail(op.span, "a regular expression must be in quotes");
  }
  filter.value_kind = kind == Quantity::duration ? LabelFilter::ValueKind::duration
                      : kind == Quantity::bytes  ? LabelFilter::ValueKind::bytes
                                                 : LabelFilter::ValueKind::number;
  filter.value.value.insert(0, written);
  for (Variable& variable : filter.value.variables) {
    variable.in_value += static_cast<uint32_t>(written.size());
  }
  filter.value.span.begin = start;
}

}  // namespace logql
