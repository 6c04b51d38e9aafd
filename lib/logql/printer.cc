#include "logql/printer.h"

#include <fmt/format.h>

#include "logql/parser.h"
#include "logql/words.h"

namespace logql {

namespace {

void print_labels(const std::vector<Text>& labels, std::string& out) {
  const char* separator = "(";
  if (labels.empty()) out += separator;
  for (const Text& label : labels) {
    out += separator;
    separator = ", ";
    print_text(label, out);
  }
  out += ")";
}

void print_grouping(const Grouping& grouping, std::string& out) {
  out += grouping.without ? "without " : "by ";
  print_labels(grouping.labels, out);
}

void print_ranged(const LogQuery& query, const Text& range, const std::optional<Text>& offset,
                  std::string& out) {
  print_query(query, out);
  if (!range.value.empty()) out += fmt::format(" [{}]", range.value);
  if (offset) out += " offset " + offset->value;
}

/// Appends an expression; an overload for each of the variant's types.
struct ExpressionPrinter {
  std::string& out;

  void print(const ExprPtr& expr) const { std::visit(*this, expr->what); }
  void parameter(const std::optional<Text>& text) const {
    if (text) out += text->value + ", ";
  }

  void operator()(const LogQuery& query) const { print_query(query, out); }
  void operator()(const RangeAggregation& aggregation) const {
    out += aggregation.function + "(";
    parameter(aggregation.parameter);
    print_ranged(aggregation.query, aggregation.range, aggregation.offset, out);
    out += ")";
    if (!aggregation.grouping) return;
    out += " ";
    print_grouping(*aggregation.grouping, out);
  }
  void operator()(const VectorAggregation& aggregation) const {
    out += aggregation.function;
    if (aggregation.grouping) {
      out += " ";
      print_grouping(*aggregation.grouping, out);
      out += " ";
    }
    out += "(";
    parameter(aggregation.parameter);
    print(aggregation.operand);
    out += ")";
  }
  void operator()(const LabelReplace& replace) const {
    out += "label_replace(";
    print(replace.operand);
    for (const Text* text :
         {&replace.destination, &replace.replacement, &replace.source, &replace.regex}) {
      out += ", ";
      print_string(*text, out);
    }
    out += ")";
  }
  void operator()(const Binary& binary) const {
    print(binary.left);
    out += fmt::format(" {} ", binary.op);
    if (binary.is_bool) out += "bool ";
    if (binary.matching) {
      out += binary.matching->without ? "ignoring " : "on ";
      print_labels(binary.matching->labels, out);
      out += " ";
    }
    if (binary.group != Binary::Group::none) {
      out += binary.group == Binary::Group::left ? "group_left " : "group_right ";
    }
    const size_t before = out.size();
    print(binary.right);
    // A parenthesis around the right operand would read as the labels of group_left.
    if (binary.group == Binary::Group::none || (binary.include.empty() && out[before] != '(')) {
      return;
    }
    std::string labels;
    print_labels(binary.include, labels);
    out.insert(before, labels + " ");
  }
  void operator()(const Number& number) const { out += number.text.value; }
  void operator()(const VectorLiteral& vector) const {
    out += fmt::format("vector({})", vector.number.value);
  }
  void operator()(const Paren& paren) const {
    out += "(";
    print(paren.inner);
    out += ")";
  }
  void operator()(const ExprVariable& expr) const { out += expr.variable.written; }
  void operator()(const Variants& variants) const {
    const char* separator = "variants(";
    for (const ExprPtr& expr : variants.expressions) {
      out += separator;
      separator = ", ";
      print(expr);
    }
    out += ") of (";
    print_ranged(variants.query, variants.range, std::nullopt, out);
    out += ")";
  }
};

}  // namespace

std::string print(const Expr& expr) {
  std::string out;
  std::visit(ExpressionPrinter{out}, expr.what);
  return out;
}

namespace {

void print_filter(const LabelFilter& filter, std::string& out) {
  using Kind = LabelFilter::Kind;
  using ValueKind = LabelFilter::ValueKind;
  if (filter.kind == Kind::variable) return print_text(filter.name, out);
  if (filter.kind == Kind::compare) {
    const bool number =
        filter.value_kind != ValueKind::string && filter.value_kind != ValueKind::ip;
    const bool equal = filter.op == CompareOp::equal;
    print_text(filter.name, out);
    out += number ? fmt::format(" {} ", equal ? "==" : spelling(filter.op)) : spelling(filter.op);
    if (number) return print_text(filter.value, out);
    if (filter.value_kind == ValueKind::ip) out += "ip(";
    print_string(filter.value, out);
    if (filter.value_kind == ValueKind::ip) out += ")";
    return;
  }
  const char* separator = "";
  for (const LabelFilter& part : filter.parts) {
    out += separator;
    separator = filter.kind == Kind::all_of ? " and " : " or ";
    const bool nested = part.kind == Kind::all_of || part.kind == Kind::any_of;
    if (nested) out += "(";
    print_filter(part, out);
    if (nested) out += ")";
  }
}

/// Appends one stage; an overload for each of the variant's types.
struct StagePrinter {
  std::string& out;

  void operator()(const LineFilter& filter) const {
    out += fmt::format(" {} ", spelling(filter.op));
    const char* separator = "";
    for (const LineFilter::Choice& choice : filter.choices) {
      out += separator;
      separator = " or ";
      if (choice.is_ip) out += "ip(";
      print_string(choice.text, out);
      if (choice.is_ip) out += ")";
    }
  }
  void operator()(const Parser& parser) const {
    out += fmt::format(" | {}", spelling(parser.kind));
    for (const std::string& flag : parser.flags) out += " " + flag;
    if (parser.kind == ParserKind::regexp || parser.kind == ParserKind::pattern) {
      out += " ";
      print_string(parser.pattern, out);
    }
    const char* separator = " ";
    for (const Parser::Extraction& extraction : parser.extractions) {
      out += separator;
      separator = ", ";
      print_text(extraction.label, out);
      if (extraction.expression.span.begin == extraction.expression.span.end) continue;
      out += "=";
      print_string(extraction.expression, out);
    }
  }
  void operator()(const LabelFilter& filter) const {
    // Without parentheses a variable would be a stage.
    const bool variable = filter.kind == LabelFilter::Kind::variable;
    out += variable ? " | (" : " | ";
    print_filter(filter, out);
    if (variable) out += ")";
  }
  void operator()(const LineFormat& format) const {
    out += " | line_format ";
    print_string(format.pattern, out);
  }
  void operator()(const LabelFormat& format) const {
    const char* separator = " | label_format ";
    for (const LabelFormat::Assignment& assignment : format.assignments) {
      out += separator;
      separator = ", ";
      print_text(assignment.label, out);
      out += "=";
      if (assignment.is_template) {
        print_string(assignment.value, out);
      } else {
        print_text(assignment.value, out);
      }
    }
  }
  void operator()(const Decolorize&) const { out += " | decolorize"; }
  void operator()(const LabelList& list) const {
    const char* separator = list.keep ? " | keep " : " | drop ";
    for (const LabelList::Item& item : list.items) {
      out += separator;
      separator = ", ";
      if (item.matcher) {
        print_matcher(*item.matcher, out);
      } else {
        print_text(item.name, out);
      }
    }
  }
  void operator()(const Unwrap& unwrap) const {
    out += " | unwrap ";
    if (!unwrap.conversion.empty()) out += unwrap.conversion + "(";
    print_text(unwrap.label, out);
    if (!unwrap.conversion.empty()) out += ")";
  }
  void operator()(const StageVariable& stage) const {
    out += stage.piped ? " | " : " ";
    out += stage.variable.written;
  }
};

}  // namespace

const char* spelling(LineOp op) {
  constexpr const char* kSpellings[] = {"|=", "!=", "|~", "!~", "|>", "!>"};
  return kSpellings[static_cast<size_t>(op)];
}
const char* spelling(MatchOp op) {
  constexpr const char* kSpellings[] = {"=", "!=", "=~", "!~"};
  return kSpellings[static_cast<size_t>(op)];
}
const char* spelling(CompareOp op) {
  constexpr const char* kSpellings[] = {"=", "!=", "=~", "!~", "<", "<=", ">", ">="};
  return kSpellings[static_cast<size_t>(op)];
}
const char* spelling(ParserKind kind) {
  constexpr const char* kSpellings[] = {"json", "logfmt", "regexp", "pattern", "unpack"};
  return kSpellings[static_cast<size_t>(kind)];
}

void print_text(const Text& text, std::string& out) {
  out += text.quotes == Quotes::none ? text.value : quoted(text);
}

void print_string(const Text& text, std::string& out) {
  const bool bare = text.quotes == Quotes::none && !text.variables.empty();
  out += bare ? text.value : quoted(text);
}

void print_matcher(const Matcher& matcher, std::string& out) {
  print_text(matcher.name, out);
  out += spelling(matcher.op);
  print_string(matcher.value, out);
}

/// Variables keep their places among the matchers.
void print_selector(const Selector& selector, std::string& out) {
  if (selector.bare) {
    out += selector.variables.front().written;
    return;
  }
  const char* separator = "{";
  size_t next = 0;
  const auto variables_before = [&](uint32_t place) {
    for (; next < selector.variables.size() && selector.variables[next].span.begin < place;
         ++next) {
      out += separator + selector.variables[next].written;
      separator = ", ";
    }
  };
  for (const Matcher& matcher : selector.matchers) {
    variables_before(matcher.span.begin);
    out += separator;
    separator = ", ";
    print_matcher(matcher, out);
  }
  variables_before(UINT32_MAX);
  out += *separator == '{' ? "{}" : "}";
}

void print_query(const LogQuery& query, std::string& out) {
  print_selector(query.selector, out);
  for (const Stage& stage : query.stages) std::visit(StagePrinter{out}, stage.what);
}

std::string print(const Selector& selector) {
  std::string out;
  print_selector(selector, out);
  return out;
}

}  // namespace logql
