#pragma once
#include <string>

#include "logql/ast.h"

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

}  // namespace logql
