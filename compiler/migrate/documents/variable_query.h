#pragma once
#include <string>
#include <string_view>

#include "compiler/migrate/documents/gatherer.h"

namespace compiler::migrate::documents {

/// What a query variable's query is about.
struct VariableQuery {
  std::string label;     ///< whose values it lists; empty: not known
  std::string selector;  ///< the {...} or series it asks them of
  Language language = Language::none;
  bool is_certain = true;
  bool is_passed = false;  ///< of a datasource that has nothing to do with labels
};

/// Adds the uses in a query in any of its shapes: label_values(selector, label),
/// label_values(label), query_result(query), {query: ...}, Loki's {type, label, stream}.
VariableQuery gather_variable_query(const Value& query, const QuerySource& source,
                                    std::string_view name, Gatherer& out);

}  // namespace compiler::migrate::documents
