
#include <fmt/format.h>

#include "logql/printer.h"
#include "logql/words.h"

namespace logql {
namespace {

/// A value: quoted if it was quoted, with the names of its variables after it.
std::string text(const Text& value) {
  std::string out = value.quotes == Quotes::none ? value.value : quote(value.value);
  for (const Variable& variable : value.variables) {
    out += fmt::format("<{}", variable.name);
    if (!variable.field.empty()) out += "." + variable.field;
    if (!variable.format.empty()) out += ":" + variable.format;
    out += ">";
  }
  return out;
}

std::string labels(const std::vector<Text>& names) {
  std::string out;
  for (const Text& name : names) out += " " + text(name);
  return out;
}

std::string matcher(const Matcher& matcher) {
  return fmt::format("({} {} {})", spelling(matcher.op), text(matcher.name), text(matcher.value));
}

std::string filter(const LabelFilter& condition) {
  using Kind = LabelFilter::Kind;
  constexpr const char* kValueKinds[] = {"string", "ip", "number", "duration", "bytes"};
  if (condition.kind == Kind::variable) return fmt::format("(variable {})", text(condition.name));
  if (condition.kind == Kind::compare) {
    return fmt::format("({} {} {} {})", spelling(condition.op),
                       kValueKinds[static_cast<size_t>(condition.value_kind)], text(condition.name),
                       text(condition.value));
  }
  std::string out = condition.kind == Kind::all_of ? "(and" : "(or";
  for (const LabelFilter& part : condition.parts) out += " " + filter(part);
  return out + ")";
}

struct StageDump {
  std::string operator()(const LineFilter& line) const {
    std::string out = fmt::format("(line {}", spelling(line.op));
    for (const LineFilter::Choice& choice : line.choices) {
      out += choice.is_ip ? fmt::format(" (ip {})", text(choice.text)) : " " + text(choice.text);
    }
    return out + ")";
  }
  std::string operator()(const Parser& parser) const {
    std::string out = fmt::format("({}", spelling(parser.kind));
    if (parser.pattern.quotes != Quotes::none || !parser.pattern.value.empty()) {
      out += " " + text(parser.pattern);
    }
    for (const std::string& flag : parser.flags) out += " " + flag;
    for (const Parser::Extraction& extraction : parser.extractions) {
      const bool own = extraction.expression.span.begin == extraction.expression.span.end;
      out += own ? " " + text(extraction.label)
                 : fmt::format(" ({} {})", text(extraction.label), text(extraction.expression));
    }
    return out + ")";
  }
  std::string operator()(const LabelFilter& condition) const {
    return fmt::format("(filter {})", filter(condition));
  }
  std::string operator()(const LineFormat& format) const {
    return fmt::format("(line_format {})", text(format.pattern));
  }
  std::string operator()(const LabelFormat& format) const {
    std::string out = "(label_format";
    for (const LabelFormat::Assignment& assignment : format.assignments) {
      out += fmt::format(" ({} {} {})", assignment.is_template ? "template" : "rename",
                         text(assignment.label), text(assignment.value));
    }
    return out + ")";
  }
  std::string operator()(const Decolorize&) const { return "(decolorize)"; }
  std::string operator()(const LabelList& list) const {
    std::string out = list.keep ? "(keep" : "(drop";
    for (const LabelList::Item& item : list.items) {
      out += " " + (item.matcher ? matcher(*item.matcher) : text(item.name));
    }
    return out + ")";
  }
  std::string operator()(const Unwrap& unwrap) const {
    if (unwrap.conversion.empty()) return fmt::format("(unwrap {})", text(unwrap.label));
    return fmt::format("(unwrap ({} {}))", unwrap.conversion, text(unwrap.label));
  }
  std::string operator()(const StageVariable& stage) const {
    return fmt::format("({} {})", stage.piped ? "stage" : "stages", stage.variable.written);
  }
};

std::string query(const LogQuery& query) {
  std::string out = "(query " + dump(query.selector);
  for (const Stage& stage : query.stages) out += " " + std::visit(StageDump{}, stage.what);
  return out + ")";
}

std::string grouping(const std::optional<Grouping>& grouping, std::string_view with,
                     std::string_view without) {
  if (!grouping) return "";
  return fmt::format(" ({}{})", grouping->without ? without : with, labels(grouping->labels));
}

std::string ranged(const LogQuery& of, const Text& range, const std::optional<Text>& offset) {
  std::string out = query(of);
  if (!range.value.empty()) out += fmt::format(" (range {})", text(range));
  if (offset) out += fmt::format(" (offset {})", text(*offset));
  return out;
}

std::string parameter(const std::optional<Text>& number) {
  return number ? " " + text(*number) : std::string();
}

struct ExpressionDump {
  std::string operator()(const LogQuery& of) const { return query(of); }
  std::string operator()(const RangeAggregation& of) const {
    return fmt::format("({}{}{} {})", of.function, parameter(of.parameter),
                       grouping(of.grouping, "by", "without"),
                       ranged(of.query, of.range, of.offset));
  }
  std::string operator()(const VectorAggregation& of) const {
    return fmt::format("({}{}{} {})", of.function, parameter(of.parameter),
                       grouping(of.grouping, "by", "without"), dump(*of.operand));
  }
  std::string operator()(const LabelReplace& of) const {
    return fmt::format("(label_replace {} {} {} {} {})", dump(*of.operand), text(of.destination),
                       text(of.replacement), text(of.source), text(of.regex));
  }
  std::string operator()(const Binary& of) const {
    std::string out = "(" + of.op;
    if (of.is_bool) out += " bool";
    out += grouping(of.matching, "on", "ignoring");
    if (of.group != Binary::Group::none) {
      out += fmt::format(" (group_{}{})", of.group == Binary::Group::left ? "left" : "right",
                         labels(of.include));
    }
    return fmt::format("{} {} {})", out, dump(*of.left), dump(*of.right));
  }
  std::string operator()(const Number& of) const { return text(of.text); }
  std::string operator()(const VectorLiteral& of) const {
    return fmt::format("(vector {})", text(of.number));
  }
  std::string operator()(const Paren& of) const {
    return fmt::format("(paren {})", dump(*of.inner));
  }
  std::string operator()(const ExprVariable& of) const {
    return fmt::format("(variable {})", of.variable.written);
  }
  std::string operator()(const Variants& of) const {
    std::string out = "(variants";
    for (const ExprPtr& expr : of.expressions) out += " " + dump(*expr);
    return fmt::format("{} (of {}))", out, ranged(of.query, of.range, std::nullopt));
  }
};

}  // namespace

std::string dump(const Expr& expr) {
  return std::visit(ExpressionDump{}, expr.what);
}

std::string dump(const Selector& selector) {
  if (selector.bare) return fmt::format("(selector {})", selector.variables.front().written);
  std::string out = "(select";
  for (const Matcher& one : selector.matchers) out += " " + matcher(one);
  for (const Variable& variable : selector.variables) {
    out += fmt::format(" (variable {})", variable.written);
  }
  return out + ")";
}

std::string dump(const promql::Query& query) {
  constexpr const char* kKinds[] = {"by",      "without",  "on",       "ignoring",
                                    "include", "argument", "chosen by"};
  std::string out;
  for (const promql::VectorSelector& selector : query.selectors) {
    out += selector.name.value.empty() ? "(series" : "(series " + text(selector.name);
    for (const Matcher& one : selector.matchers) out += " " + matcher(one);
    for (const Variable& one : selector.variables)
      out += fmt::format(" (variable {})", one.written);
    if (!selector.looks_back.empty()) out += fmt::format(" ({})", selector.looks_back);
    out += ")\n";
  }
  for (const promql::LabelUse& use : query.label_uses) {
    out += fmt::format("({} {} of", kKinds[static_cast<size_t>(use.kind)], text(use.label));
    for (const size_t index : use.selectors) out += fmt::format(" {}", index);
    out += ")\n";
  }
  return out;
}

}  // namespace logql
