#include "logql/parser.h"

#include "logql/grammar.h"

namespace logql {

Parsed parse(std::string_view query) {
  Grammar grammar(query);
  Parsed result;
  result.expr = grammar.whole_query();
  if (grammar.failed()) result.errors.push_back(*grammar.error());
  return result;
}

ParsedSelector parse_selector(std::string_view text) {
  Grammar grammar(text);
  ParsedSelector result;
  result.selector = grammar.whole_selector();
  if (grammar.failed()) result.errors.push_back(*grammar.error());
  return result;
}

}  // namespace logql
