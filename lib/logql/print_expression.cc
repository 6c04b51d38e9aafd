#include <fmt/format.h>

#include "logql/parser.h"
#include "logql/printer.h"

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

}  // namespace logql
