#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "logql/ast.h"
#include "logql/token_reader.h"

namespace logql {

/// The grammar of LogQL, by recursive descent: one function a production, whose rule stands above
/// it. What a production returns after an error is of no use; see TokenReader.
///
///     query = expression end
class Grammar : public TokenReader {
 public:
  explicit Grammar(std::string_view query) : TokenReader(query, kLogql) {}

  ExprPtr whole_query();
  Selector whole_selector();

 private:
  /// What may stand once among the parts of a log query inside of a range aggregation.
  struct Range {
    std::optional<Text> duration;
    std::optional<Text> offset;
  };

  // expression.cc
  ExprPtr expression(int level = 1);
  ExprPtr operand();
  ExprPtr paren();
  ExprPtr number();
  ExprPtr variable();
  ExprPtr numbers(std::string_view around);
  void modifiers(Binary& binary);
  bool starts_number() const;
  bool starts_function() const;
  bool variable_starts_log_query() const;

  // aggregation.cc
  ExprPtr function();
  ExprPtr range_aggregation(std::string name);
  ExprPtr vector_aggregation(std::string name);
  ExprPtr variable_function(std::string name);
  ExprPtr vector_literal();
  ExprPtr label_replace();
  ExprPtr variants();
  std::optional<Grouping> grouping();
  std::optional<Text> parameter();
  LogQuery ranged_query(Range& range, std::string_view function);

  // log_query.cc
  LogQuery log_query(Range* range);
  void log_parts(LogQuery& query, Range* range);
  void range_part(Range* range);
  Selector selector();
  Matcher matcher();
  Text matcher_value();
  Text duration(std::string_view where);

  // stage.cc
  bool at_stage() const;
  void stages(LogQuery& query);
  LineFilter line_filter();
  LineFilter::Choice line_choice();
  void piped_stage(LogQuery& query, uint32_t begin);
  bool keyword_stage(Stage& stage);
  Parser parser(ParserKind kind);
  void extractions(Parser& parser);
  LabelFormat label_format();
  LabelList label_list_stage(bool keep);
  Unwrap unwrap();
  Text string_or_variable(std::string_view what);
  bool compares(const Token& token) const;
  Text ip();

  // label_filter.cc
  LabelFilter label_filter(int level = 1);
  LabelFilter condition();
  LabelFilter comparison();
  void compared_value(LabelFilter& filter, const Token& op);
  bool condition_follows() const;
};

template <class T>
ExprPtr make(T what, Span span) {
  return std::make_unique<Expr>(Expr{std::move(what), span});
}

/// Whether the expression is a log query, in parentheses or not: there are no numbers to work with.
bool gives_lines(const Expr& expr);

/// What a function of LogQL is made of.
struct Function {
  enum class Kind : uint8_t { unknown, range_aggregation, vector_aggregation };
  Kind kind = Kind::unknown;
  bool takes_number = false;  ///< before the operand: topk(5, ...)
};

/// The function of this name, given in small letters.
Function find_function(std::string_view name);

/// The message for a name that is not a function: the closest one, or that it is
/// PromQL's.
std::string unknown_function(std::string_view name);

}  // namespace logql
