#pragma once
#include <string>

#include "logql/ast.h"
#include "logql/promql.h"

/// The parts of the printer. All append to `out`.
namespace logql {

void print_query(const LogQuery& query, std::string& out);
void print_selector(const Selector& selector, std::string& out);
void print_matcher(const Matcher& matcher, std::string& out);
/// A name or a number; in quotes if it was read in quotes.
void print_text(const Text& text, std::string& out);
/// A string: in quotes, unless a variable stands for the whole of it.
void print_string(const Text& text, std::string& out);
/// The operator as it is written: "|=", "=~", ">=".
const char* spelling(LineOp op);
const char* spelling(MatchOp op);
const char* spelling(CompareOp op);
const char* spelling(ParserKind kind);

/// The tree as an S-expression, without places: equal for two texts that mean the same.
///
///     (query (select (= job "kairos")) (line |= "error"))
std::string dump(const Expr& expr);
std::string dump(const Selector& selector);

/// One line per selector and per use of a label.
std::string dump(const promql::Query& query);

}  // namespace logql
